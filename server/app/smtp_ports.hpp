// The SMTP side as the control API sees it: the one place where the two meet. Logs where receivers
// listen, and their end. As thread-safe as net::SmtpServer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/certificates.hpp"
#include "app/log.hpp"
#include "control/ports.hpp"
#include "net/smtp_server.hpp"

namespace app {

class SmtpPorts : public control::Ports {
 public:
  SmtpPorts(net::SmtpServer& server, tls::Authority& authority, Log& log)
      : server_(server), authority_(authority), log_(log) {}

  [[nodiscard]] std::vector<base::Error> prepare(
      std::string_view host_name, const std::vector<wire::Handshake>& handshakes
  ) override {
    return prepare_handshakes(authority_, host_name, handshakes);
  }

  [[nodiscard]] base::Result<std::vector<control::Port>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver,
      const std::vector<control::Wished>& wished
  ) override {
    std::vector<net::Wished> addresses;
    for (const auto& one : wished) addresses.push_back({one.address, one.service});
    auto bound = server_.listen(receiver, addresses);
    if (!bound) return tl::unexpected(std::move(bound.error()));
    for (const auto& one : *bound) {
      log_.info(
          "listening",
          {{"receiver", receiver->name()},
           {"address", one.address},
           {"protocol", receiver::name_of(one.service.protocol)},
           {"tls", receiver::name_of(one.service.tls)}}
      );
    }
    return to_ports(*bound);
  }

  void close(std::string_view receiver) override {
    server_.close(receiver);
    log_.info("receiver-removed", {{"receiver", receiver}});
  }

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
  tls::Authority& authority_;
  Log& log_;
};

}  // namespace app
