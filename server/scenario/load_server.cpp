// [server]: the healthy server underneath. Its extensions, AUTH and TLS are read elsewhere.
#include <array>

#include <fmt/format.h>

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

void read_xclient(const Node& value, Scenario& scenario, Diagnostics& sink) {
  scenario.xclient_from = document::read_networks(value, "xclient", sink);
}

constexpr std::string_view kBool = R"({"type":"boolean"})";

// clang-format off
constexpr std::array kServerKeys{
    Row<Scenario>{"hostname", "string", R"({"type":"string"})", "what the greeting and EHLO call the server; default mx.receiver.test", read_hostname},
    Row<Scenario>{"extensions", "list of strings", R"({"type":"array","items":{"type":"string"}})", "what EHLO offers, and nothing else: PIPELINING, SIZE n, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, STARTTLS, AUTH PLAIN LOGIN, CHUNKING, BINARYMIME, DSN; default the first five, SIZE 10485760",
                  [](const Node& v, Scenario& s, Diagnostics& sink) { read_extensions(v, s.profile, sink); }},
    Row<Scenario>{"auth", "table", R"({"$ref":"#/$defs/auth"})", "who may log in; offers AUTH PLAIN LOGIN unless extensions say how", read_auth},
    Row<Scenario>{"tls", "table", R"({"$ref":"#/$defs/server_tls"})", "how TLS handshakes go; it offers STARTTLS only if required", read_server_tls},
    Row<Scenario>{"xclient", "addresses or networks", R"({"$ref":"#/$defs/strings"})", "clients that are offered XCLIENT, and so may pass for others; default none", read_xclient},
    Row<Scenario>{"end_of_data", "strict or lax", R"({"enum":["strict","lax"]})", "strict ends a message at CRLF.CRLF only, lax at look-alikes too; default strict", read_end_of_data},
    Row<Scenario>{"max_recipients", "integer", R"({"type":"integer","minimum":1})", "per transaction, then 452 4.5.3; default 1000", read_max_recipients},
    Row<Scenario>{"idle_timeout", "duration", R"({"$ref":"#/$defs/duration"})", "real time without input until 421 and close; default 5m", read_idle_timeout},
    Row<Scenario>{"triggers", "true or false", kBool, "obey addresses such as a+452-4.3.1@any.test; default false", read_triggers},
    Row<Scenario>{"capture", "all, headers or none", R"({"enum":["all","headers","none"]})", "what is kept of each message, for GET /v1/messages; default all, 2 MiB of each", read_capture},
};
constexpr std::array<std::string_view, 1> kUnsupportedServerKeys{"persona"};

// clang-format on

// Settings that wait for what is not offered.
void check_server(const Node& node, const Scenario& scenario, Diagnostics& sink) {
  if (scenario.profile.starttls != smtp::StartTls::never) return;
  constexpr std::string_view kHint = "add \"STARTTLS\" to extensions";
  if (const Node* tls = node.find("tls")) {
    sink.warning(
        tls->place,
        "no STARTTLS is offered here, so [server.tls] is for listeners that do TLS",
        std::string(kHint)
    );
  }
  const Node* auth = node.find("auth");
  const Node* needs = auth == nullptr ? nullptr : auth->find("needs_tls");
  if (needs != nullptr && scenario.profile.auth.needs_tls) {
    sink.warning(
        needs->place,
        "no STARTTLS is offered here, so AUTH is for listeners that do TLS",
        std::string(kHint)
    );
  }
}

}  // namespace

std::span<const Row<Scenario>> server_keys() {
  return kServerKeys;
}

std::span<const std::string_view> unsupported_server_keys() {
  return kUnsupportedServerKeys;
}

void read_server(const Node& node, Scenario& scenario, Diagnostics& sink) {
  document::read_table<Scenario>(
      node, "[server]", server_keys(), unsupported_server_keys(), scenario, sink
  );
  if (node.is(document::Kind::table)) check_server(node, scenario, sink);
}

}  // namespace scenario
