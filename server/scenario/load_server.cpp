// [server]: the healthy server underneath, its extensions first of all.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Node;
using document::Row;

constexpr std::uint64_t kMostRecipients = 100'000;

void read_hostname(const Node& value, Scenario& scenario, Diagnostics& sink) {
  auto name = document::want_name(value, "hostname", sink);
  if (!name) return;
  if (name->find(' ') != std::string::npos) {
    sink.error(value.place, fmt::format("'hostname' has a space: '{}'", *name));
    return;
  }
  scenario.profile.hostname = std::move(*name);
}

// The argument of "SIZE 10485760"; without one there is no fixed maximum (RFC 1870 4).
std::optional<std::uint64_t> size_argument(std::string_view text) {
  if (text.empty()) return 0;
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

constexpr std::array<std::string_view, 5> kExtensions{
    "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"};
constexpr std::array<std::string_view, 5> kNotOffered{
    "STARTTLS", "AUTH", "CHUNKING", "BINARYMIME", "DSN"};

void unknown_extension(const Node& item, std::string_view keyword, Diagnostics& sink) {
  const auto quoted = base::printable(item.text, 80);
  if (std::find(kNotOffered.begin(), kNotOffered.end(), keyword) != kNotOffered.end()) {
    sink.error(item.place, fmt::format("extension '{}': not offered by this version", quoted));
    return;
  }
  const auto meant = keyword.size() < 64 ? base::nearest(keyword, kExtensions) : std::nullopt;
  sink.error(
      item.place,
      fmt::format("unknown extension '{}'", quoted),
      meant ? fmt::format("did you mean '{}'?", *meant)
            : fmt::format("use {}", fmt::join(kExtensions, ", "))
  );
}

void read_extension(const Node& item, smtp::Profile& profile, Diagnostics& sink) {
  const auto text = document::want_string(item, "extensions", sink);
  if (!text) return;
  const auto space = text->find(' ');
  const auto keyword = base::to_upper(text->substr(0, space));
  const auto argument = space == std::string::npos ? "" : text->substr(space + 1);
  if (keyword == "SIZE") {
    profile.size = size_argument(argument);
    if (!profile.size) {
      sink.error(
          item.place,
          fmt::format("'{}' is no size in octets", base::printable(argument, 80)),
          "write \"SIZE 10485760\", or \"SIZE\" for no fixed maximum"
      );
    }
    return;
  }
  bool* const offered = keyword == "PIPELINING"            ? &profile.pipelining
                        : keyword == "8BITMIME"            ? &profile.eight_bit_mime
                        : keyword == "SMTPUTF8"            ? &profile.smtputf8
                        : keyword == "ENHANCEDSTATUSCODES" ? &profile.enhanced_status_codes
                                                           : nullptr;
  if (offered == nullptr) return unknown_extension(item, keyword, sink);
  *offered = true;
  if (!argument.empty()) {
    sink.error(item.place, fmt::format("{} takes no argument", keyword));
  }
}

void read_extensions(const Node& value, Scenario& scenario, Diagnostics& sink) {
  if (document::want_list(value, "extensions", sink) == nullptr) return;
  auto& profile = scenario.profile;
  profile.pipelining = profile.eight_bit_mime = profile.smtputf8 = false;
  profile.enhanced_status_codes = false;
  profile.size = std::nullopt;
  for (const Node& item : value.items) read_extension(item, profile, sink);
}

void read_end_of_data(const Node& value, Scenario& scenario, Diagnostics& sink) {
  constexpr std::array<std::string_view, 2> kWords{"strict", "lax"};
  const auto word = document::want_word(value, "end_of_data", kWords, sink);
  if (word) {
    scenario.profile.end_of_data = *word == 0 ? smtp::EndOfData::strict : smtp::EndOfData::lax;
  }
}

void read_max_recipients(const Node& value, Scenario& scenario, Diagnostics& sink) {
  const auto n = document::want_integer(value, "max_recipients", 1, kMostRecipients, sink);
  if (n) scenario.profile.max_recipients = static_cast<std::uint32_t>(*n);
}

void read_idle_timeout(const Node& value, Scenario& scenario, Diagnostics& sink) {
  const auto time = document::want_duration(value, "idle_timeout", sink);
  if (!time) return;
  if (*time <= base::Duration{0}) {
    sink.error(value.place, "'idle_timeout' must be more than 0s");
    return;
  }
  scenario.idle_timeout = *time;
}

void read_triggers(const Node& value, Scenario& scenario, Diagnostics& sink) {
  scenario.triggers = document::want_bool(value, "triggers", sink).value_or(false);
}

void read_capture(const Node& value, Scenario& scenario, Diagnostics& sink) {
  constexpr std::array<std::string_view, 3> kWords{"all", "headers", "none"};
  const auto word = document::want_word(value, "capture", kWords, sink);
  if (word) scenario.capture = static_cast<Capture>(*word);
}

constexpr std::string_view kBool = R"({"type":"boolean"})";

// clang-format off
constexpr std::array kServerKeys{
    Row<Scenario>{"hostname", "string", R"({"type":"string"})", "what the greeting and EHLO call the server; default mx.receiver.test", read_hostname},
    Row<Scenario>{"extensions", "list of strings", R"({"type":"array","items":{"type":"string"}})", "what EHLO offers, and nothing else: PIPELINING, SIZE n, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES; default all, SIZE 10485760", read_extensions},
    Row<Scenario>{"end_of_data", "strict or lax", R"({"enum":["strict","lax"]})", "strict ends a message at CRLF.CRLF only, lax at look-alikes too; default strict", read_end_of_data},
    Row<Scenario>{"max_recipients", "integer", R"({"type":"integer","minimum":1})", "per transaction, then 452 4.5.3; default 1000", read_max_recipients},
    Row<Scenario>{"idle_timeout", "duration", R"({"$ref":"#/$defs/duration"})", "real time without input until 421 and close; default 5m", read_idle_timeout},
    Row<Scenario>{"triggers", "true or false", kBool, "obey addresses such as a+452-4.3.1@any.test; default false", read_triggers},
    Row<Scenario>{"capture", "all, headers or none", R"({"enum":["all","headers","none"]})", "what is kept of each message, for GET /v1/messages; default all, 2 MiB of each", read_capture},
};
constexpr std::array<std::string_view, 1> kUnsupportedServerKeys{"persona"};
// clang-format on

}  // namespace

std::span<const Row<Scenario>> server_keys() {
  return kServerKeys;
}

std::span<const std::string_view> unsupported_server_keys() {
  return kUnsupportedServerKeys;
}

}  // namespace scenario
