// Asking the kernel: see the header.
#include "app/port_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/console.hpp"
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

// The least port that takes no privilege.
int first_free_for_all() {
  int port = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> port;
  return port;
}

std::string own_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "failmx" : path.string();
}

base::Error refusal(const WantedPort& port, const Address& address, int why) {
  const auto what = fmt::format("{}: cannot listen on {}: ", port.place, port.address);
  switch (why) {
    case EADDRINUSE:
      return {
          what + "another program listens there",
          fmt::format(
              "stop it ('ss -ltnp sport = :{}' names it), or choose another port, or 0 for any "
              "free "
              "one",
              address.port
          )};
    case EACCES:
      return {
          what + fmt::format("ports below {} take a privilege", first_free_for_all()),
          fmt::format(
              "choose a higher port and redirect {0} to it (a container's port mapping, or "
              "iptables -t nat -A PREROUTING -p tcp --dport {0} -j REDIRECT --to-ports 1025), or "
              "give the program the capability: setcap cap_net_bind_service=+ep {1}",
              address.port,
              own_path()
          )};
    case EADDRNOTAVAIL:
      return {
          what + "this machine has no such address",
          "use 127.0.0.1 for this machine alone, or 0.0.0.0 for all its addresses"};
    case EAFNOSUPPORT: return {what + "this machine has no IPv6", "use an IPv4 address"};
    default: return {what + std::strerror(why), ""};
  }
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
  ports.push_back({"--http", options.http});
  return ports;
}

std::vector<WantedPort> ports_of(const Serving& options) {
  std::vector<WantedPort> ports{
      {"--smtp", options.smtp},
      {"--smtps", options.smtps},
      {"--lmtp", options.lmtp},
      {"--http", options.http}};
  std::erase_if(ports, [](const WantedPort& port) { return port.address.empty(); });
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
    complain(refusal(ports[i], *address, why), err);
    good = false;
  }
  return good;
}

}  // namespace app
