// What the tests of scenarios share: loading with its findings as text, questions in one line,
// plans as text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/decide.hpp"
#include "scenario/load.hpp"
#include "support/catch.hpp"

namespace asking {

inline std::string text_of(const std::vector<base::Diagnostic>& diagnostics) {
  std::string out;
  for (const auto& d : diagnostics) out += base::to_string(d) + "\n";
  return out;
}

inline std::string findings(std::string_view toml) {
  return text_of(scenario::load_toml(toml, "x.toml").diagnostics);
}

inline scenario::Scenario loaded(std::string_view toml) {
  auto loaded = scenario::load_toml(toml, "scenarios/x.toml");
  INFO(text_of(loaded.diagnostics));
  REQUIRE(loaded.ok());
  return std::move(*loaded.value);
}

// A question with owned strings; every recipient is its own delivery unless told otherwise.
struct Asked {
  base::Stage stage = base::Stage::rcpt;
  std::string sender = "s@sender.test";
  std::vector<std::string> recipients{"r@receiver.test"};
  std::uint32_t attempt = 1;
  base::Duration receiver_time{0};
  std::size_t phase = 0;
  base::Duration phase_left{0};
  std::string client = "192.0.2.1";
  std::string ehlo = "client.test";
  std::uint64_t connection = 1;
  std::uint64_t size = 0;
  std::vector<smtp::Parameter> parameters{};
  const smtp::Message* message = nullptr;
  smtp::Envelope envelope{};
  bool tls = false;
  std::string auth_user{};
  bool auth_begins = true;
  bool auth_ends = true;
};

// The query views `asked`, which must outlive it.
inline scenario::Query query_of(const Asked& asked) {
  scenario::Query query;
  query.stage = asked.stage;
  query.envelope = &asked.envelope;
  query.sender = asked.sender;
  query.has_sender = true;
  if (asked.stage >= base::Stage::rcpt && asked.stage <= base::Stage::message) {
    for (const auto& recipient : asked.recipients) {
      query.targets.push_back(
          {.recipient = recipient, .delivery_key = recipient, .attempt = asked.attempt}
      );
    }
  }
  query.parameters = &asked.parameters;
  query.ehlo = asked.ehlo;
  query.client = base::parse_ip(asked.client).value();
  query.connection = asked.connection;
  query.size = asked.size;
  query.message = asked.message;
  query.receiver_time = asked.receiver_time;
  query.phase = asked.phase;
  query.phase_left = asked.phase_left;
  query.tls = asked.tls;
  query.auth_user = asked.auth_user;
  query.auth_begins = asked.auth_begins;
  query.auth_ends = asked.auth_ends;
  return query;
}

inline scenario::Decision decide(
    const scenario::Scenario& s, scenario::Counters& counters, const Asked& asked
) {
  return scenario::decide(s, query_of(asked), counters);
}

// The names of the rules that fired: "slow, full".
inline std::string fired(const scenario::Decision& decision) {
  std::string out;
  for (const auto& f : decision.fired) {
    out += (out.empty() ? "" : ", ") + f.rule->name;
  }
  return out;
}

inline smtp::Reply normal_at(base::Stage stage) {
  if (stage == base::Stage::data) return smtp::make_reply(354, "", "Go ahead");
  if (stage == base::Stage::connect) return smtp::make_reply(220, "", "mx ESMTP");
  if (stage == base::Stage::starttls) return smtp::make_reply(220, "2.0.0", "Go ahead");
  if (stage == base::Stage::auth) return smtp::make_reply(235, "2.7.0", "Ok");
  return smtp::make_reply(250, "2.1.5", "Ok");
}

inline scenario::Action act(
    const scenario::Decision& decision, base::Stage stage, double wire_scale = 1
) {
  const scenario::Placeholders values{
      .recipient = "r@receiver.test",
      .sender = "s@sender.test",
      .client = "192.0.2.1",
      .hostname = "mx.receiver.test",
      .connection = 7,
      .attempt = 2,
      .auth_user = "alice",
  };
  return scenario::act(decision, normal_at(stage), stage, values, wire_scale);
}

inline std::string shown(const wire::Op& op) {
  std::string out(wire::name_of(op.kind));
  if (op.kind == wire::Op::Kind::say) return out + " " + base::printable(op.text);
  if (op.n != 0) out += fmt::format(" {}", op.n);
  if (op.time.hi != base::Duration{0}) out += " " + base::format_duration(op.time.lo);
  if (op.time.hi != op.time.lo) out += ".." + base::format_duration(op.time.hi);
  return out;
}

// "wait 2s; *; reset": the star is where the acceptance takes effect.
inline std::string shown(const wire::Plan& plan) {
  std::string out;
  for (std::size_t i = 0; i <= plan.ops.size(); ++i) {
    if (i == plan.commit) out += out.empty() ? "*" : "; *";
    if (i < plan.ops.size()) out += (out.empty() ? "" : "; ") + shown(plan.ops[i]);
  }
  return out;
}

}  // namespace asking
