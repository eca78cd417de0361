#include "journal/json_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace journal {

namespace {

using Holds = Field::Holds;
using Type = Scalar::Type;

// Some 280 years: whatever is beyond is no time of a run.
constexpr double kMostSeconds = 9e9;

struct InEvent {
  static Event& of(Draft& draft) { return draft.event; }
};

struct InMessage {
  static MessageFacts& of(Draft& draft) { return *draft.message; }
};

struct InSetup {
  static Setup& of(Draft& draft) { return *draft.setup; }
};

template <typename In, auto kMember>
Fit put_text(Draft& draft, const Scalar& value) {
  if (value.type != Type::text) return Fit::other_type;
  In::of(draft).*kMember = bytes_of(value.text);
  return Fit::yes;
}

template <auto kMember>
Fit put_name(Draft& draft, const Scalar& value) {
  if (value.type != Type::text) return Fit::other_type;
  draft.event.*kMember = draft.shared(bytes_of(value.text));
  return Fit::yes;
}

template <typename In, auto kMember>
Fit put_flag(Draft& draft, const Scalar& value) {
  if (value.type != Type::boolean) return Fit::other_type;
  In::of(draft).*kMember = value.flag;
  return Fit::yes;
}

// A whole number may be written as 5.0 or 5e0.
std::optional<std::uint64_t> whole_of(const Scalar& value) {
  if (value.type == Type::whole) return value.whole;
  constexpr double kBeyond = 18446744073709551616.0;  // 2^64
  if (value.type != Type::real || !(value.real >= 0 && value.real < kBeyond)) return std::nullopt;
  if (value.real != std::floor(value.real)) return std::nullopt;
  return static_cast<std::uint64_t>(value.real);
}

template <typename In, auto kMember>
Fit put_number(Draft& draft, const Scalar& value) {
  auto& out = In::of(draft).*kMember;
  using Number = std::remove_reference_t<decltype(out)>;
  const auto whole = whole_of(value);
  if (!whole || *whole > std::numeric_limits<Number>::max()) return Fit::other_type;
  out = static_cast<Number>(*whole);
  return Fit::yes;
}

// The parser's own conversion is not always right in the last bit.
std::optional<double> real_of(const Scalar& value) {
  if (value.type != Type::whole && value.type != Type::real) return std::nullopt;
  double out = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [rest, error] = std::from_chars(value.text.data(), end, out);
  if (error != std::errc() || rest != end || !std::isfinite(out)) return std::nullopt;
  return out;
}

Fit put_scale(Draft& draft, const Scalar& value) {
  const auto number = real_of(value);
  if (!number) return Fit::other_type;
  // As far as scenarios may go; written so that nan is outside.
  if (!(*number >= 1e-6 && *number <= 1e6)) return Fit::other_type;
  draft.setup->scale = *number;
  return Fit::yes;
}

// "12.345678" exactly; nullopt: not of that plain form.
std::optional<base::Micros> plain_seconds(std::string_view text) {
  constexpr std::size_t kMostDigits = 10;
  constexpr std::size_t kDecimals = 6;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t decimals = text.size() - std::min(text.size(), point + 1);
  if (point > kMostDigits || decimals > kDecimals) return std::nullopt;
  std::int64_t micros = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    micros = micros * 10 + (text[i] - '0');
  }
  for (std::size_t i = decimals; i < kDecimals; ++i) micros *= 10;
  return base::Micros(micros);
}

template <auto kMember>
Fit put_seconds(Draft& draft, const Scalar& value) {
  if (value.type == Type::text || value.type == Type::boolean) return Fit::other_type;
  auto& out = draft.event.*kMember;
  if (const auto plain = plain_seconds(value.text)) {
    out = *plain;
  } else if (const auto seconds = real_of(value)) {
    out =
        base::Micros(std::llround(std::clamp(*seconds, -2 * kMostSeconds, 2 * kMostSeconds) * 1e6));
  } else {
    return Fit::other_type;
  }
  if (std::abs(static_cast<double>(out.count())) > kMostSeconds * 1e6) return Fit::out_of_range;
  return Fit::yes;
}

template <auto kMember, auto kLookup>
Fit put_named(Draft& draft, const Scalar& value) {
  if (value.type != Type::text) return Fit::other_type;
  const auto found = kLookup(value.text);
  if (!found) return Fit::unknown;
  draft.event.*kMember = *found;
  return Fit::yes;
}

// A kind of a later version is told before anything else: its fields may have other types.
Fit put_kind(Draft& draft, const Scalar& value) {
  draft.has_kind = true;
  const Fit fit = put_named<&Event::kind, kind_named>(draft, value);
  if (fit != Fit::unknown) return fit;
  if (draft.unknown_kind.empty()) {
    draft.unknown_kind = fmt::format("unknown kind '{}'", bytes_of(value.text));
  }
  return Fit::yes;
}

Fit put_slack(Draft& draft, const Scalar& value) {
  if (value.type != Type::text) return Fit::other_type;
  const auto parsed = base::parse_duration(bytes_of(value.text));
  if (parsed) {
    draft.setup->slack = *parsed;
  } else {
    draft.complain("in 'setup': " + parsed.error().message);
  }
  return Fit::yes;
}

Fit put_nowhere(Draft&, const Scalar&) {
  return Fit::yes;
}

constexpr const char* kString = "is not a string";
constexpr const char* kBoolean = "is not true or false";
constexpr const char* kWhole = "is not a whole number in range";
constexpr const char* kNumber = "is not a number";
constexpr const char* kObject = "is not an object";
constexpr const char* kStrings = "is not a list of strings";
constexpr const char* kList = "is not a list";
constexpr const char* kPairs = "is not a list of pairs of strings";

template <typename In, auto kMember>
constexpr Field text(std::string_view name) {
  return {name, Holds::scalar, kString, put_text<In, kMember>};
}

template <auto kMember>
constexpr Field shared(std::string_view name) {
  return {name, Holds::scalar, kString, put_name<kMember>};
}

template <typename In, auto kMember>
constexpr Field flag(std::string_view name) {
  return {name, Holds::scalar, kBoolean, put_flag<In, kMember>};
}

template <typename In, auto kMember>
constexpr Field number(std::string_view name) {
  return {name, Holds::scalar, kWhole, put_number<In, kMember>};
}

template <auto kMember>
constexpr Field seconds(std::string_view name) {
  return {name, Holds::scalar, kNumber, put_seconds<kMember>};
}

Pairs& parameters_of(Draft& draft) {
  return draft.event.parameters;
}

Pairs& key_fields_of(Draft& draft) {
  return draft.message->key_fields;
}

std::vector<std::string>& delivery_key_of(Draft& draft) {
  return draft.setup->delivery_key;
}

constexpr std::array kEventFields = {
    number<InEvent, &Event::seq>("seq"),
    Field{"at", Holds::scalar, kString, put_nowhere},
    seconds<&Event::at>("elapsed"),
    seconds<&Event::judge>("judge"),
    seconds<&Event::clock>("clock"),
    shared<&Event::receiver>("receiver"),
    shared<&Event::phase>("phase"),
    number<InEvent, &Event::connection>("connection"),
    Field{"kind", Holds::scalar, kString, put_kind},
    Field{"stage", Holds::scalar, kString, put_named<&Event::stage, base::stage_named>},
    number<InEvent, &Event::code>("code"),
    text<InEvent, &Event::enhanced>("enhanced"),
    text<InEvent, &Event::subject>("sender"),
    text<InEvent, &Event::subject>("recipient"),
    text<InEvent, &Event::subject>("client"),
    text<InEvent, &Event::subject>("finding"),
    text<InEvent, &Event::subject>("user"),
    text<InEvent, &Event::subject>("protocol"),
    text<InEvent, &Event::subject>("subject"),
    text<InEvent, &Event::text>("listener"),
    text<InEvent, &Event::text>("version"),
    text<InEvent, &Event::text>("mechanism"),
    text<InEvent, &Event::text>("text"),
    shared<&Event::rule>("rule"),
    number<InEvent, &Event::nth>("nth"),
    Field{"ending", Holds::scalar, kString, put_named<&Event::ending, ending_named>},
    flag<InEvent, &Event::held>("held"),
    flag<InEvent, &Event::flag>("before_rules"),
    flag<InEvent, &Event::flag>("against_reply"),
    flag<InEvent, &Event::flag>("removed"),
    flag<InEvent, &Event::flag>("carried_over"),
    flag<InEvent, &Event::flag>("failed"),
    flag<InEvent, &Event::flag>("flag"),
    seconds<&Event::began>("began"),
    seconds<&Event::by>("by"),
    number<InEvent, &Event::count>("octets"),
    number<InEvent, &Event::count>("count"),
    number<InEvent, &Event::reply>("reply_seq"),
    Field{"parameters", Holds::pairs, kPairs, nullptr, parameters_of},
    Field{"message", Holds::message, kObject},
    Field{"setup", Holds::setup, kObject},
};

constexpr std::array kMessageFields = {
    number<InMessage, &MessageFacts::size>("size"),
    text<InMessage, &MessageFacts::message_id>("message_id"),
    text<InMessage, &MessageFacts::body_hash>("body_hash"),
    Field{"key_fields", Holds::pairs, kPairs, nullptr, key_fields_of},
};

constexpr std::array kSetupFields = {
    text<InSetup, &Setup::scenario>("scenario"),
    number<InSetup, &Setup::seed>("seed"),
    Field{"scale", Holds::scalar, kNumber, put_scale},
    Field{"slack", Holds::scalar, kString, put_slack},
    Field{"delivery_key", Holds::strings, kStrings, nullptr, nullptr, delivery_key_of},
    flag<InSetup, &Setup::delivery_unique>("delivery_unique"),
    Field{"expect", Holds::json, kList},
};

}  // namespace

void Draft::complain(std::string what) {
  if (wrong.empty()) wrong = std::move(what);
}

base::Name Draft::shared(std::string_view name) {
  // Who can make names up at will must not make this grow without end.
  constexpr std::size_t kMostNames = 10'000;
  if (name.empty()) return {};
  const auto known = names.find(name);
  if (known != names.end()) return known->second;
  base::Name fresh(name);
  if (names.size() < kMostNames) names.emplace(std::string(name), fresh);
  return fresh;
}

std::span<const Field> event_fields() {
  return kEventFields;
}

std::span<const Field> message_fields() {
  return kMessageFields;
}

std::span<const Field> setup_fields() {
  return kSetupFields;
}

// U+F780..U+F7FF are EF 9E 80 .. EF 9F BF in UTF-8.
std::string bytes_of(std::string_view text) {
  std::string out;
  if (text.find('\xEF') == std::string_view::npos) return out = text;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ours = text[i] == '\xEF' && i + 2 < text.size() &&
                      (text[i + 1] == '\x9E' || text[i + 1] == '\x9F');
    if (!ours) {
      out += text[i];
      continue;
    }
    const unsigned high = text[i + 1] == '\x9F' ? 0xC0U : 0x80U;
    out += static_cast<char>(high | (static_cast<unsigned char>(text[i + 2]) & 0x3FU));
    i += 2;
  }
  return out;
}

}  // namespace journal
