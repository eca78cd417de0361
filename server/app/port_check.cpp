// Asking the kernel: see the header.
#include "app/port_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/console.hpp"
#include "base/listening.hpp"
#include "control/address.hpp"

namespace app {

namespace {

using control::Address;

// As the server binds it; 0 or an error number.
int bind_once(int file, const Address& address) {
  const int yes = 1;
  if (::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return errno;
  int done = 0;
  if (address.ip.is_v4()) {
    ::sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(address.port);
    std::memcpy(&place.sin_addr, address.ip.bytes.data() + 12, sizeof place.sin_addr);
    done = ::bind(file, reinterpret_cast<const ::sockaddr*>(&place), sizeof place);
  } else {
    ::sockaddr_in6 place{};
    place.sin6_family = AF_INET6;
    place.sin6_port = htons(address.port);
    std::memcpy(&place.sin6_addr, address.ip.bytes.data(), sizeof place.sin6_addr);
    done = ::bind(file, reinterpret_cast<const ::sockaddr*>(&place), sizeof place);
  }
  return done == 0 ? 0 : errno;
}

int try_to_bind(const Address& address) {
  const int family = address.ip.is_v4() ? AF_INET : AF_INET6;
  const int file = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return errno;
  const int why = bind_once(file, address);
  ::close(file);
  return why;
}

// "--smtp", with the variable that says so if it does.
std::string place_of(std::string_view option, const char* variable, const std::string& address) {
  const char* const value = std::getenv(variable);
  return value != nullptr && value == address ? fmt::format("{} ({})", option, variable)
                                              : std::string(option);
}

// Whether the kernel gives both to no one program, beside each other.
bool collide(const Address& a, const Address& b) {
  if (a.port == 0 || a.port != b.port) return false;
  if (a.ip == b.ip) return true;
  const auto covers = [](const Address& all, const Address& other) {
    return all.is_any() && (!all.ip.is_v4() || other.ip.is_v4());
  };
  return covers(a, b) || covers(b, a);
}

}  // namespace

std::vector<WantedPort> ports_of(const Serving& options, std::span<const control::Wish> wishes) {
  std::vector<WantedPort> ports;
  for (const auto& wish : wishes) {
    if (!wish.listeners) continue;
    for (const auto& listener : *wish.listeners) {
      std::string place = fmt::format("receiver '{}'", wish.name);
      if (wish.name == control::kDefaultReceiver) {
        const auto known = ports_of(options);
        const auto named = std::find_if(known.begin(), known.end(), [&](const auto& port) {
          const bool taken = std::any_of(ports.begin(), ports.end(), [&](const auto& other) {
            return other.place == port.place;
          });
          return !taken && port.address == listener.address;
        });
        if (named != known.end()) place = named->place;
      }
      ports.push_back({std::move(place), listener.address});
    }
  }
  ports.push_back(ports_of(options).back());  // --http
  return ports;
}

std::vector<WantedPort> ports_of(const Serving& options) {
  std::vector<WantedPort> ports{
      {place_of("--smtp", "FAILMX_LISTEN_SMTP", options.smtp), options.smtp},
      {place_of("--smtps", "FAILMX_LISTEN_SMTPS", options.smtps), options.smtps},
      {place_of("--lmtp", "FAILMX_LISTEN_LMTP", options.lmtp), options.lmtp},
      {place_of("--http", "FAILMX_LISTEN_HTTP", options.http), options.http}};
  std::erase_if(ports, [](const WantedPort& port) { return port.address.empty(); });
  return ports;
}

std::vector<WantedPort> ports_without_config(const Serve& options) {
  auto ports = ports_of(options);
  if (options.config.empty()) return ports;
  std::erase_if(ports, [&](const WantedPort& port) {
    return (!options.smtp_given && port.address == options.smtp) ||
           (!options.http_given && port.address == options.http);
  });
  return ports;
}

std::vector<WantedPort> ports_with_config(
    const Serve& known, const Serve& given, std::span<const control::Wish> wishes
) {
  auto ports = ports_of(known, wishes);
  for (auto& port : ports) {
    const bool is_smtp = port.place == "--smtp" && known.smtp != given.smtp;
    const bool is_http = port.place == "--http" && known.http != given.http;
    if (!is_smtp && !is_http) continue;
    port.place = fmt::format("{} of '{}'", port.place.substr(2), known.config);
  }
  return ports;
}

bool can_listen(std::span<const WantedPort> ports, std::ostream& err) {
  bool good = true;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto address = control::parse_address(ports[i].address);
    if (!address) continue;
    const auto earlier = ports.first(i);
    const auto twin = std::find_if(earlier.begin(), earlier.end(), [&](const auto& other) {
      const auto theirs = control::parse_address(other.address);
      return theirs && collide(*theirs, *address);
    });
    if (twin != earlier.end()) {
      const auto what =
          fmt::format("{}: {} has the port of {}", ports[i].place, ports[i].address, twin->place);
      complain({what, "give each its own port, or 0 for any free one"}, err);
      good = false;
      continue;
    }
    const int why = try_to_bind(*address);
    if (why == 0) continue;
    const auto refusal = base::cannot_listen(ports[i].address, address->port, why);
    complain({fmt::format("{}: {}", ports[i].place, refusal.message), refusal.hint}, err);
    good = false;
  }
  return good;
}

}  // namespace app
