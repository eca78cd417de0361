#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "journal/json.hpp"

namespace journal {

namespace {

namespace bj = boost::json;

std::string_view view(bj::string_view text) {
  return {text.data(), text.size()};
}

// Turns U+F780..U+F7FF (EF 9E 80 .. EF 9F BF) back into the bytes they stand for.
std::string bytes_of(std::string_view text) {
  std::string out;
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

// Reads the fields of one object; the first thing that is wrong stays.
class Fields {
 public:
  explicit Fields(const bj::object& object) : object_(object) {}

  [[nodiscard]] const std::string& wrong() const { return wrong_; }

  void complain(std::string text) {
    if (wrong_.empty()) wrong_ = std::move(text);
  }

  // Absent and null are no value.
  [[nodiscard]] const bj::value* value(std::string_view name) const {
    const bj::value* found = object_.if_contains({name.data(), name.size()});
    return found == nullptr || found->is_null() ? nullptr : found;
  }

  void read(std::string_view name, std::string& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    const bj::string* text = found->if_string();
    if (text == nullptr) return complain(fmt::format("field '{}' is not a string", name));
    out = bytes_of(view(*text));
  }

  void read(std::string_view name, base::Name& out) {
    std::string text;
    read(name, text);
    if (!text.empty()) out = base::Name(text);
  }

  void read(std::string_view name, bool& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    const bool* flag = found->if_bool();
    if (flag == nullptr) return complain(fmt::format("field '{}' is not true or false", name));
    out = *flag;
  }

  template <typename Number>
  void read_number(std::string_view name, Number& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    bj::error_code error;
    const auto number = found->to_number<std::uint64_t>(error);
    if (error || number > std::numeric_limits<Number>::max()) {
      return complain(fmt::format("field '{}' is not a whole number in range", name));
    }
    out = static_cast<Number>(number);
  }

  void read(std::string_view name, double& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    bj::error_code error;
    const auto number = found->to_number<double>(error);
    if (error || !std::isfinite(number)) {
      return complain(fmt::format("field '{}' is not a number", name));
    }
    // The parser's last bit is not always right; what people write has fewer digits than that.
    out = std::strtod(fmt::format("{:.15g}", number).c_str(), nullptr);
  }

  void read(std::string_view name, base::Micros& out) {
    double seconds = 0;
    read(name, seconds);
    // Some 280 years: whatever is beyond is no time of a run.
    if (std::abs(seconds) > 9e9) return complain(fmt::format("field '{}' is out of range", name));
    if (value(name) != nullptr) out = base::Micros(std::llround(seconds * 1e6));
  }

  void read(std::string_view name, std::vector<std::pair<std::string, std::string>>& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    const bj::array* list = found->if_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const bj::array* pair = (*list)[i].if_array();
      if (pair == nullptr || pair->size() != 2) return not_pairs(name);
      const bj::string* first = (*pair)[0].if_string();
      const bj::string* second = (*pair)[1].if_string();
      if (first == nullptr || second == nullptr) return not_pairs(name);
      out.emplace_back(bytes_of(view(*first)), bytes_of(view(*second)));
    }
    if (list == nullptr) not_pairs(name);
  }

  void read(std::string_view name, std::vector<std::string>& out) {
    const bj::value* found = value(name);
    if (found == nullptr) return;
    const bj::array* list = found->if_array();
    if (list == nullptr) return complain(fmt::format("field '{}' is not a list", name));
    out.clear();
    for (const bj::value& item : *list) {
      if (!item.is_string())
        return complain(fmt::format("field '{}' is not a list of strings", name));
      out.push_back(bytes_of(view(item.get_string())));
    }
  }

 private:
  void not_pairs(std::string_view name) {
    complain(fmt::format("field '{}' is not a list of pairs of strings", name));
  }

  const bj::object& object_;
  std::string wrong_{};
};

// The object under `name`; nullptr when absent or not an object (then with a complaint).
const bj::object* nested(Fields& fields, std::string_view name) {
  const bj::value* found = fields.value(name);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) fields.complain(fmt::format("field '{}' is not an object", name));
  return found->if_object();
}

void read_facts(Fields& fields, Event& event) {
  const bj::object* object = nested(fields, "message");
  if (object == nullptr) return;
  auto facts = std::make_shared<MessageFacts>();
  Fields inner(*object);
  inner.read_number("size", facts->size);
  inner.read("message_id", facts->message_id);
  inner.read("body_hash", facts->body_hash);
  inner.read("key_fields", facts->key_fields);
  if (!inner.wrong().empty()) fields.complain("in 'message': " + inner.wrong());
  event.message = std::move(facts);
}

void read_setup(Fields& fields, Event& event) {
  const bj::object* object = nested(fields, "setup");
  if (object == nullptr) return;
  auto setup = std::make_shared<Setup>();
  Fields inner(*object);
  std::string slack;
  inner.read("scenario", setup->scenario);
  inner.read_number("seed", setup->seed);
  inner.read("scale", setup->scale);
  inner.read("slack", slack);
  inner.read("delivery_key", setup->delivery_key);
  inner.read("delivery_unique", setup->delivery_unique);
  if (!slack.empty()) {
    const auto parsed = base::parse_duration(slack);
    parsed ? void(setup->slack = *parsed) : inner.complain(parsed.error().message);
  }
  if (!inner.wrong().empty()) fields.complain("in 'setup': " + inner.wrong());
  event.setup = std::move(setup);
}

template <typename Value, typename Lookup>
void read_named(Fields& fields, std::string_view name, Value& out, Lookup lookup) {
  std::string text;
  fields.read(name, text);
  if (text.empty()) return;
  const auto found = lookup(std::string_view(text));
  if (!found) return fields.complain(fmt::format("unknown {} '{}'", name, text));
  out = *found;
}

void read_all(Fields& fields, Event& event) {
  read_named(fields, "kind", event.kind, kind_named);
  if (fields.value("kind") == nullptr) fields.complain("field 'kind' is missing");
  read_named(fields, "stage", event.stage, base::stage_named);
  read_named(fields, "ending", event.ending, ending_named);
  fields.read_number("seq", event.seq);
  fields.read_number("connection", event.connection);
  fields.read_number("code", event.code);
  fields.read_number("nth", event.nth);
  fields.read_number("reply_seq", event.reply);
  fields.read("elapsed", event.at);
  fields.read("judge", event.judge);
  fields.read("clock", event.clock);
  fields.read("began", event.began);
  fields.read("receiver", event.receiver);
  fields.read("phase", event.phase);
  fields.read("rule", event.rule);
  fields.read("enhanced", event.enhanced);
  fields.read("held", event.held);
  for (const std::string_view name : {"sender", "recipient", "client", "finding", "subject"}) {
    fields.read(name, event.subject);
  }
  for (const std::string_view name : {"listener", "version", "text"}) fields.read(name, event.text);
  for (const std::string_view name : {"octets", "count"}) fields.read_number(name, event.count);
  for (const std::string_view name : {"before_rules", "against_reply", "flag"}) {
    fields.read(name, event.flag);
  }
  fields.read("parameters", event.parameters);
  read_facts(fields, event);
  read_setup(fields, event);
}

}  // namespace

namespace {

base::Result<bj::value> object_of(std::string_view line) {
  bj::error_code error;
  bj::value parsed = bj::parse({line.data(), line.size()}, error);
  if (error) return base::failure(fmt::format("not valid JSON: {}", error.message()));
  if (!parsed.is_object()) return base::failure("not a JSON object");
  return parsed;
}

}  // namespace

base::Result<base::WallTime> wall_from_json(std::string_view line) {
  const auto parsed = object_of(line);
  if (!parsed) return tl::unexpected(parsed.error());
  std::string at;
  Fields fields(parsed->get_object());
  fields.read("at", at);
  return base::parse_wall(at);
}

base::Result<Event> event_from_json(std::string_view line) {
  const auto parsed = object_of(line);
  if (!parsed) return tl::unexpected(parsed.error());
  Event event;
  Fields fields(parsed->get_object());
  read_all(fields, event);
  if (!fields.wrong().empty()) return base::failure(fields.wrong());
  return event;
}

}  // namespace journal
