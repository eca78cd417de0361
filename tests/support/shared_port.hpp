// Three receivers behind one port in virtual time: `default` greets, `a` owns a.test and `b` owns
// b.test; every other recipient is the greeter's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "receiver/directory.hpp"
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

namespace test_support {

class SharedPort {
 public:
  using Client = VirtualClient;

  // Scenarios as TOML.
  struct Scenarios {
    std::string greeter{}, a{}, b{};
  };

  SharedPort() : SharedPort(Scenarios{}) {}

  explicit SharedPort(const Scenarios& scenarios) : world_(scenarios.greeter) {
    add("a", scenarios.a);
    add("b", scenarios.b);
    world_.share(directory);
  }

  [[nodiscard]] auto connect() { return world_.connect(); }

  void advance(base::Duration by) { world_.advance(by); }

  [[nodiscard]] base::TimePoint now() const { return world_.now(); }

  [[nodiscard]] receiver::Receiver& receiver(const std::string& name) {
    return name == "default" ? world_.receiver() : *guests_.at(name);
  }

  [[nodiscard]] std::vector<journal::Attempt> attempts(const std::string& name) {
    return receiver(name).attempts(0, 1000);
  }

  [[nodiscard]] std::vector<journal::EventPtr> events(
      const std::string& name, std::optional<journal::Kind> kind = {}
  ) const {
    journal::Filter filter{.receivers = {name}};
    if (kind) filter.kinds = {*kind};
    return world_.events(filter);
  }

  // The greeter owns this domain.
  void own(const std::string& domain) {
    const std::shared_ptr<receiver::Receiver> greeter = world_.greeter();
    if (directory.add(domain, greeter)) throw std::logic_error("taken: " + domain);
  }

  [[nodiscard]] std::uint64_t open_connections(const std::string& name) {
    return receiver(name).status(now()).open_connections;
  }

  // "command rcpt x@a.test", "reply 250 rcpt": what the wire told this receiver, in order.
  [[nodiscard]] std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> lines;
    for (const auto& event : events(name)) {
      if (event->kind == journal::Kind::receiver) continue;
      std::string line(journal::name_of(event->kind));
      if (event->kind == journal::Kind::reply) {
        line += fmt::format(" {} {}", event->code, base::name_of(*event->stage));
      }
      if (event->kind == journal::Kind::command) {
        line += fmt::format(" {}", base::name_of(*event->stage));
      }
      const bool names =
          event->kind == journal::Kind::command || event->kind == journal::Kind::passed;
      if (names && !event->subject.empty()) line += " " + event->subject;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  receiver::Directory directory{};

 private:
  void add(const std::string& name, const std::string& scenario) {
    auto guest = std::make_shared<receiver::Receiver>(
        name, scenario_of(scenario), world_.journal(), world_.now(), world_.now()
    );
    if (directory.add(name + ".test", guest)) throw std::logic_error("taken: " + name);
    guests_.emplace(name, std::move(guest));
  }

  std::map<std::string, std::shared_ptr<receiver::Receiver>> guests_{};
  VirtualReceiver world_;
};

// A rule as TOML.
inline std::string rule(std::string_view body) {
  return "[[rule]]\n" + std::string(body) + "\n";
}

// A transaction with a recipient of each, up to DATA.
inline constexpr std::string_view kToAll =
    "MAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\nRCPT TO:<x@b.test>\r\nRCPT TO:<x@own.test>\r\n"
    "DATA\r\n";

inline std::string open_message_to_all(VirtualClient& client) {
  client.say("EHLO c.test");
  return client.send(kToAll);
}

// Each has had one attempt, with this outcome.
inline void expect_all(SharedPort& port, journal::Outcome outcome) {
  for (const std::string name : {"default", "a", "b"}) {
    INFO(name);
    const auto attempts = port.attempts(name);
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].outcome == outcome);
    CHECK(attempts[0].stored == (outcome == journal::Outcome::accepted));
    CHECK(attempts[0].sender == "s@c.test");
  }
}

}  // namespace test_support
