// Ready line and ready file: see the header.
#include "app/ready.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <unistd.h>

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
  for (const auto& port : ready.ports) {
    listeners.push_back(
        {{"receiver", ready.receiver},
         {"address", port.address},
         {"protocol", port.protocol},
         {"tls", port.tls}}
    );
  }
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

base::Result<void> write_whole(const std::string& path, const std::string& text) {
  const std::string draft = fmt::format("{}.{}.tmp", path, ::getpid());
  const auto failed = [&] {
    const std::string why = std::strerror(errno);
    std::remove(draft.c_str());
    return base::failure(
        fmt::format("cannot write '{}': {}", path, why), "its folder must exist and be writable"
    );
  };
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  if (!out || !out.write(text.data(), static_cast<std::streamsize>(text.size()))) return failed();
  out.close();
  if (!out || std::rename(draft.c_str(), path.c_str()) != 0) return failed();
  return {};
}

}  // namespace app
