// Shapes of receivers: see the header.
#include "control/api/shapes.hpp"

#include <chrono>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/stage.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostCounters = 1000;

json::object clock_of(const receiver::Status& status) {
  return {
      {"now", json_seconds(status.receiver_clock)},
      {"judge", json_seconds(status.judge_clock)},
      {"scale", json_number(status.scale)},
      {"started", status.clock_started},
  };
}

json::object counts_of(const journal::Deliveries::Counts& counts) {
  return {
      {"connections", counts.connections},
      {"messages", counts.messages},
      {"stored", counts.stored},
      {"refused", counts.refused},
      {"attempts", counts.attempts},
      {"accepted", counts.accepted},
      {"deferred", counts.deferred},
      {"rejected", counts.rejected},
      {"lost", counts.lost},
      {"abandoned", counts.abandoned},
  };
}

// A scenario without phases has one without a name: none for the reader.
json::array phases_of(const scenario::Scenario& scenario) {
  json::array out;
  for (const auto& phase : scenario.phases) {
    if (phase.name.empty()) continue;
    out.push_back(
        {{"name", phase.name},
         {"for", phase.lasts ? json::value(base::format_duration(*phase.lasts)) : nullptr}}
    );
  }
  return out;
}

// Those of rules that are in force. What an address triggers is counted under no rule's number.
json::array counters_of(const receiver::Edition& edition) {
  std::unordered_map<std::size_t, std::string_view> names{{0, "triggers"}};
  for (const auto& rule : edition.scenario->rules) names[rule.id] = rule.name;
  json::array out;
  for (const auto& count : edition.counters->latest(kMostCounters)) {
    const auto rule = names.find(count.rule);
    if (rule == names.end()) continue;
    out.push_back(
        {{"rule", rule->second},
         {"key", count.key},
         {"reached", count.reached},
         {"fired", count.fired}}
    );
  }
  return out;
}

}  // namespace

json::object receiver_shape(Api& api, receiver::Receiver& receiver, base::TimePoint now) {
  const auto status = receiver.status(now);
  json::array domains;
  for (const auto& domain : api.fleet.domains_of(receiver.name())) domains.emplace_back(domain);
  json::array listeners;
  for (const Port& port : api.fleet.ports_of(receiver.name())) {
    listeners.push_back(
        {{"address", port.address},
         {"protocol", receiver::name_of(port.service.protocol)},
         {"tls", receiver::name_of(port.service.tls)},
         {"shared", port.service.shared}}
    );
  }
  return {
      {"name", receiver.name()},
      {"scenario", status.scenario},
      {"seed", status.seed},
      {"domains", std::move(domains)},
      {"listeners", std::move(listeners)},
      {"state",
       {{"phase", status.phase},
        {"clock", clock_of(status)},
        {"open_connections", status.open_connections}}},
      {"counts", counts_of(status.counts)},
      {"dropped", status.dropped_events},
      {"forgotten", status.forgotten_attempts},
  };
}

json::object state_shape(receiver::Receiver& receiver, base::TimePoint now) {
  const auto status = receiver.status(now);
  const auto edition = receiver.edition();
  return {
      {"receiver", receiver.name()},
      {"phase", status.phase},
      {"phases", phases_of(*edition->scenario)},
      {"clock", clock_of(status)},
      {"open_connections", status.open_connections},
      {"counters", counters_of(*edition)},
      {"messages",
       {{"kept", status.messages.kept},
        {"octets", status.messages.octets},
        {"dropped", status.messages.dropped}}},
  };
}

json::object rule_shape(const receiver::RuleView& rule) {
  json::value written;
  if (!rule.written.empty()) written = json::parse(rule.written);
  return {
      {"id", rule.id},
      {"name", rule.name},
      {"at", base::name_of(rule.at)},
      {"origin", rule.pushed ? "pushed" : "scenario"},
      {"reached", rule.totals.reached},
      {"hits", rule.totals.fired},
      {"remaining", rule.remaining ? json::value(*rule.remaining) : nullptr},
      {"rule", std::move(written)},
  };
}

}  // namespace control::api
