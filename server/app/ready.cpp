// Ready line and ready file: see the header.
#include "app/ready.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "control/http.hpp"

namespace app {

namespace json = boost::json;

std::string ready_line(const Ready& ready) {
  return fmt::format(
      "failmx ready smtp={} http={} receiver={} scenario={} seed={}",
      ready.ports.empty() ? "none" : ready.ports.front().address,
      ready.http,
      ready.receiver,
      ready.scenario,
      ready.seed
  );
}

std::string ready_json(const Ready& ready) {
  json::array listeners;
  const auto add = [&listeners](const std::string& receiver, const control::Port& port) {
    listeners.push_back(
        {{"receiver", receiver},
         {"address", port.address},
         {"protocol", receiver::name_of(port.service.protocol)},
         {"tls", receiver::name_of(port.service.tls)},
         {"shared", port.service.shared}}
    );
  };
  for (const auto& port : ready.ports) add(ready.receiver, port);
  for (const auto& other : ready.more_listeners) add(other.receiver, other.port);
  const json::object out{
      {"pid", ready.pid},
      {"http", ready.http},
      {"listeners", std::move(listeners)},
      {"scenario", ready.scenario},
      {"seed", ready.seed},
      {"scale", control::json_number(ready.scale)},
  };
  return json::serialize(out) + "\n";
}

}  // namespace app
