#include "base/listening.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace base {

namespace {

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

bool has_ipv6() {
  std::error_code error;
  int off = 0;
  std::ifstream("/proc/sys/net/ipv6/conf/all/disable_ipv6") >> off;
  return off == 0 && std::filesystem::exists("/proc/net/if_inet6", error);
}

}  // namespace

Error cannot_listen(std::string_view address, std::uint16_t port, int why) {
  const auto what = fmt::format("cannot listen on {}: ", address);
  const bool is_v6 = address.starts_with('[');
  switch (why) {
    case EADDRINUSE:
      return {
          what + "another program listens there",
          fmt::format(
              "stop it ('ss -ltnp sport = :{}' names it), or choose another port, or 0 for any "
              "free one",
              port
          )};
    case EACCES:
      return {
          what + fmt::format("ports below {} take a privilege", first_free_for_all()),
          fmt::format(
              "choose a higher port, or give the program the capability: "
              "setcap cap_net_bind_service=+ep {1}, or let everybody have this port: "
              "sysctl net.ipv4.ip_unprivileged_port_start={0}",
              port,
              own_path()
          )};
    case EADDRNOTAVAIL:
      if (is_v6 && !has_ipv6()) break;
      return {
          what + "this machine has no such address",
          is_v6 ? "use [::1] for this machine alone, or [::] for all its addresses"
                : "use 127.0.0.1 for this machine alone, or 0.0.0.0 for all its addresses"};
    case EAFNOSUPPORT: break;
    default: return {what + std::strerror(why), ""};
  }
  return {what + "this machine has no IPv6", "use an IPv4 address"};
}

}  // namespace base
