// The SMTP side as the control API sees it: the one place where the two meet. As thread-safe as
// net::SmtpServer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/ports.hpp"
#include "net/smtp_server.hpp"

namespace app {

class SmtpPorts : public control::Ports {
 public:
  explicit SmtpPorts(net::SmtpServer& server) : server_(server) {}

  [[nodiscard]] base::Result<std::vector<control::Port>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver,
      const std::vector<control::Wished>& wished
  ) override {
    std::vector<net::Wished> addresses;
    for (const auto& one : wished) addresses.push_back({one.address, one.service});
    auto bound = server_.listen(receiver, addresses);
    if (!bound) return tl::unexpected(std::move(bound.error()));
    return to_ports(*bound);
  }

  void close(std::string_view receiver) override { server_.close(receiver); }

  void abort(std::string_view receiver) override { server_.abort(receiver); }

  [[nodiscard]] std::vector<control::Port> bound(std::string_view receiver) const override {
    return to_ports(server_.bound(receiver));
  }

 private:
  static std::vector<control::Port> to_ports(const std::vector<net::Bound>& bound) {
    std::vector<control::Port> out;
    for (const auto& one : bound) out.push_back({one.address, one.service});
    return out;
  }

  net::SmtpServer& server_;
};

}  // namespace app
