// A control API without sockets: a journal, a fleet of receivers, and ports that are only noted.
// Requests are written as targets ("/v1/events?kind=reply"), answers come back as parsed JSON.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "control/fleet.hpp"
#include "control/routes.hpp"
#include "journal/journal.hpp"
#include "receiver/registry.hpp"

namespace control {

// Gives out ports 2001, 2002, ... for port 0 and keeps those a receiver has; addresses in `taken`
// cannot be had.
class NotedPorts : public Ports {
 public:
  std::vector<std::string> taken{};
  int asked = 0;
  std::vector<std::string> closed{};
  std::vector<std::string> aborted{};
  std::function<void()> on_abort{};
  std::string unknown_cipher = "NO-SUCH-CIPHER";
  std::vector<wire::Handshake> prepared{};

  std::vector<base::Error> prepare(std::string_view, const std::vector<wire::Handshake>& handshakes)
      override {
    std::vector<base::Error> errors;
    for (const auto& handshake : handshakes) {
      prepared.push_back(handshake);
      if (handshake.ciphers == unknown_cipher) errors.push_back({"no such cipher", "use another"});
    }
    return errors;
  }

  base::Result<std::vector<Port>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver, const std::vector<Wished>& wished
  ) override {
    ++asked;
    std::vector<Port> ports;
    auto kept = bound_[receiver->name()];
    for (const auto& [address, service] : wished) {
      for (const auto& no : taken) {
        if (address == no) return base::failure("cannot listen on " + no, "choose another port");
      }
      const bool any = address.ends_with(":0");
      if (any && !kept.empty()) {
        ports.push_back(kept.front());
        kept.erase(kept.begin());
      } else if (any) {
        ports.push_back({address.substr(0, address.size() - 1) + std::to_string(++last_)});
      } else {
        ports.push_back({address});
      }
      ports.back().service = service;
    }
    bound_[receiver->name()] = ports;
    return ports;
  }

  void close(std::string_view receiver) override {
    closed.emplace_back(receiver);
    bound_.erase(std::string(receiver));
  }

  void abort(std::string_view receiver) override {
    aborted.emplace_back(receiver);
    if (on_abort) on_abort();
  }

  std::vector<Port> bound(std::string_view receiver) const override {
    const auto found = bound_.find(receiver);
    return found == bound_.end() ? std::vector<Port>{} : found->second;
  }

 private:
  int last_ = 2000;
  std::map<std::string, std::vector<Port>, std::less<>> bound_;
};

inline constexpr std::string_view kFull = R"(name = "full"
[[phase]]
name = "full"
for = "30m"
[[phase]]
name = "healthy"
[[rule]]
at = "rcpt"
reply = "452 4.3.1 Mail system full"
)";

// Refuses a first attempt and expects it to be tried again.
inline constexpr std::string_view kExpecting = R"(name = "expecting"
[[rule]]
at = "rcpt"
times = 1
reply = "452 4.3.1 Mail system full"
[[expect]]
check = "retried"
within = "10s"
)";

inline constexpr std::string_view kPatient = R"(name = "patient"
summary = "comes back, and not at once"
[[expect]]
check = "retried"
within = "1m"
[[expect]]
check = "not-hasty"
min_gap = "5s"
)";

struct World {
  base::TimePoint now{std::chrono::hours(1)};
  journal::Journal journal{base::WallTime{}};
  receiver::Registry registry{};
  NotedPorts ports{};
  receiver::Directory directory{};
  Fleet fleet{registry, directory, journal, ports, now};
  Library library{known()};
  Api api{journal, registry, fleet, library, "1.2.3", nullptr, false, &World::find_policy};

  static std::vector<Library::Entry> known() {
    const auto entry = [](std::string_view name, std::string_view text) {
      const auto file = std::string(name) + ".toml";
      return Library::Entry{
          std::string(name),
          Library::Origin::shipped,
          Source{Source::Format::toml, file, std::string(text)}};
    };
    return {
        entry("healthy", "name = \"healthy\""),
        entry("full", kFull),
        entry("expecting", kExpecting)};
  }

  static base::Result<Source> find_policy(std::string_view name) {
    if (name == "patient")
      return Source{Source::Format::toml, "patient.toml", std::string(kPatient)};
    if (name == "broken")
      return Source{Source::Format::toml, "broken.toml", "[[expect]]\ncheck = \"retired\"\n"};
    return base::failure(
        "there is no policy '" + std::string(name) + "'", "did you mean 'patient'?"
    );
  }

  Outcome ask(
      Verb verb,
      std::string_view target,
      std::string_view body = {},
      std::vector<Field> headers = {}
  ) {
    Request request;
    request.verb = verb;
    request.headers = std::move(headers);
    request.body = std::string(body);
    const auto read = read_target(target, request);
    if (!read) return {{.status = 400}, std::nullopt};
    const auto found = match(request);
    if (!found) return {to_response(found.error())};
    return answer(api, request, *found, now);
  }

  boost::json::value get(std::string_view target) {
    return boost::json::parse(ask(Verb::get, target).response.body);
  }

  Response put(std::string_view name, std::string_view body) {
    return ask(Verb::put, "/v1/receivers/" + std::string(name), body).response;
  }

  Response del(std::string_view target, std::vector<Field> headers = {}) {
    return ask(Verb::del, target, {}, std::move(headers)).response;
  }

  Response post(std::string_view target, std::string_view body) {
    return ask(Verb::post, target, body).response;
  }

  // An event of the receiver `name` (which must exist), recorded now.
  std::uint64_t record(std::string_view name, journal::Event event) {
    return registry.find(name)->record(std::move(event), now);
  }
};

// "/listeners/0/address: message; hint" per problem, in order.
inline std::vector<std::string> problems(const Response& response) {
  std::vector<std::string> out;
  const auto value = boost::json::parse(response.body);
  for (const auto& problem : value.at("errors").as_array()) {
    const auto text = [&](const char* key) { return std::string(problem.at(key).as_string()); };
    out.push_back(text("at") + ": " + text("message") + "; " + text("hint"));
  }
  return out;
}

}  // namespace control
