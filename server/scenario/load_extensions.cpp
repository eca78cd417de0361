// TABLE of the extensions that a scenario may offer, and `extensions` of [server] read by it.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Node;
using smtp::Profile;

// One keyword of EHLO. `offer` turns it on, or reports at `item` what is wrong with its argument.
struct ExtensionRow {
  std::string_view keyword;
  bool takes_argument;
  bool (*offered)(const Profile& profile);
  void (*offer)(std::string_view argument, const Node& item, Profile& profile, Diagnostics& sink);
};

// Without an argument there is no fixed maximum (RFC 1870 4).
void offer_size(std::string_view argument, const Node& item, Profile& profile, Diagnostics& sink) {
  std::uint64_t n = 0;
  const auto* const end = argument.data() + argument.size();
  const auto parsed = std::from_chars(argument.data(), end, n);
  if (!argument.empty() && (parsed.ec != std::errc{} || parsed.ptr != end)) {
    sink.error(
        item.place,
        fmt::format("'{}' is no size in octets", base::printable(argument, 80)),
        "write \"SIZE 10485760\", or \"SIZE\" for no fixed maximum"
    );
    return;
  }
  profile.size = n;
}

void offer_starttls(std::string_view, const Node&, Profile& profile, Diagnostics&) {
  // [server.tls] may have said already that it is required.
  if (profile.starttls == smtp::StartTls::never) profile.starttls = smtp::StartTls::offered;
}

void offer_auth(std::string_view argument, const Node& item, Profile& profile, Diagnostics& sink) {
  constexpr std::array<std::string_view, 2> kMechanisms{"PLAIN", "LOGIN"};
  std::vector<std::string> mechanisms;
  const auto errors = sink.errors();
  while (!argument.empty()) {
    const auto space = std::min(argument.find(' '), argument.size());
    auto name = base::to_upper(argument.substr(0, space));
    argument.remove_prefix(std::min(space + 1, argument.size()));
    if (name.empty()) continue;
    if (std::find(kMechanisms.begin(), kMechanisms.end(), name) == kMechanisms.end()) {
      sink.error(
          item.place,
          fmt::format(
              "AUTH mechanism '{}': not offered by this version", base::printable(name, 80)
          ),
          fmt::format("use {}", fmt::join(kMechanisms, ", "))
      );
    } else if (std::find(mechanisms.begin(), mechanisms.end(), name) == mechanisms.end()) {
      mechanisms.push_back(std::move(name));
    }
  }
  if (mechanisms.empty() && sink.errors() == errors) {
    sink.error(item.place, "AUTH needs its mechanisms", "write \"AUTH PLAIN LOGIN\"");
  }
  profile.auth.mechanisms = std::move(mechanisms);
}

template <bool Profile::*kFlag>
bool has(const Profile& profile) {
  return profile.*kFlag;
}

template <bool Profile::*kFlag>
void offer(std::string_view, const Node&, Profile& profile, Diagnostics&) {
  profile.*kFlag = true;
}

// clang-format off
constexpr std::array kExtensions{
    ExtensionRow{"PIPELINING", false, has<&Profile::pipelining>, offer<&Profile::pipelining>},
    ExtensionRow{"SIZE", true, [](const Profile& p) { return p.size.has_value(); }, offer_size},
    ExtensionRow{"8BITMIME", false, has<&Profile::eight_bit_mime>, offer<&Profile::eight_bit_mime>},
    ExtensionRow{"SMTPUTF8", false, has<&Profile::smtputf8>, offer<&Profile::smtputf8>},
    ExtensionRow{"ENHANCEDSTATUSCODES", false, has<&Profile::enhanced_status_codes>, offer<&Profile::enhanced_status_codes>},
    ExtensionRow{"STARTTLS", false, [](const Profile& p) { return p.starttls != smtp::StartTls::never; }, offer_starttls},
    ExtensionRow{"AUTH", true, [](const Profile& p) { return !p.auth.mechanisms.empty(); }, offer_auth},
    ExtensionRow{"CHUNKING", false, has<&Profile::chunking>, offer<&Profile::chunking>},
    ExtensionRow{"BINARYMIME", false, has<&Profile::binary_mime>, offer<&Profile::binary_mime>},
    ExtensionRow{"DSN", false, has<&Profile::dsn>, offer<&Profile::dsn>},
};
// clang-format on

constexpr auto kKeywords = [] {
  std::array<std::string_view, kExtensions.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kExtensions[i].keyword;
  return names;
}();

const ExtensionRow* row_named(std::string_view keyword) {
  const auto* const row = std::find_if(kExtensions.begin(), kExtensions.end(), [&](const auto& r) {
    return r.keyword == keyword;
  });
  return row == kExtensions.end() ? nullptr : row;
}

// The extension that an item of the list names; nullptr: reported.
const ExtensionRow* read_keyword(
    const Node& item, std::string_view keyword, std::set<std::string_view>& seen, Diagnostics& sink
) {
  const auto* row = row_named(keyword);
  if (row == nullptr) {
    const auto meant = keyword.size() < 64 ? base::nearest(keyword, kKeywords) : std::nullopt;
    sink.error(
        item.place,
        fmt::format("unknown extension '{}'", base::printable(item.text, 80)),
        meant ? fmt::format("did you mean '{}'?", *meant)
              : fmt::format("use {}", fmt::join(kKeywords, ", "))
    );
  } else if (!seen.insert(row->keyword).second) {
    sink.error(item.place, fmt::format("{} is offered twice", row->keyword));
    return nullptr;
  }
  return row;
}

}  // namespace

std::span<const std::string_view> extension_keywords() {
  return kKeywords;
}

bool is_offered(const Profile& profile, std::string_view keyword) {
  const auto* row = row_named(keyword);
  return row != nullptr && row->offered(profile);
}

void read_extensions(const Node& value, Profile& profile, Diagnostics& sink) {
  if (document::want_list(value, "extensions", sink) == nullptr) return;
  // What is offered by default. AUTH and STARTTLS are not, but other keys offer them too.
  profile.pipelining = profile.eight_bit_mime = profile.smtputf8 = false;
  profile.enhanced_status_codes = false;
  profile.size = std::nullopt;
  std::set<std::string_view> seen;
  for (const Node& item : value.items) {
    const auto text = document::want_string(item, "extensions", sink);
    if (!text) continue;
    const auto space = text->find(' ');
    const auto argument = space == std::string::npos ? "" : text->substr(space + 1);
    const auto* row = read_keyword(item, base::to_upper(text->substr(0, space)), seen, sink);
    if (row == nullptr) continue;
    if (!argument.empty() && !row->takes_argument) {
      sink.error(item.place, fmt::format("{} takes no argument", row->keyword));
    } else {
      row->offer(argument, item, profile, sink);
    }
  }
  if (profile.binary_mime && !profile.chunking) {
    sink.error(value.place, "BINARYMIME needs CHUNKING", "offer both (RFC 3030 3)");
  }
}

}  // namespace scenario
