// A TLS client in memory, for the other end of a Channel, and what carries octets between the two.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tls/channel.hpp"
#include "tls/openssl.hpp"

namespace tls {

class Client {
 public:
  struct Options {
    std::string trusted{};  // PEM; empty: no certificate is verified
    std::string host = "mx.example.test";
    int least = TLS1_VERSION;
    int most = TLS1_3_VERSION;
    std::string ciphers = "ALL";
    int security_level = 0;
    std::string sni{};
    std::string alpn{};  // in wire form
    int max_fragment = 0;
  };

  explicit Client(const Options& options);

  // Goes on with whatever is to be done: the handshake, then reading into `heard`.
  void step();
  void say(std::string_view text);

  void say_close_notify() { SSL_shutdown(ssl_.get()); }

  void received(std::string_view octets);
  [[nodiscard]] std::string output();  // and forgets it

  [[nodiscard]] bool connected() const { return SSL_is_init_finished(ssl_.get()) == 1; }

  // X509_V_OK or why the certificate was not taken.
  [[nodiscard]] long verdict() const { return SSL_get_verify_result(ssl_.get()); }

  [[nodiscard]] bool got_close_notify() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

  [[nodiscard]] SSL* ssl() { return ssl_.get(); }

  std::string heard{};
  std::string error{};    // of OpenSSL, when something failed
  int records_heard = 0;  // that had text

 private:
  std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, FreedBy<SSL_free>> ssl_;
};

// Carries octets both ways, `piece` of them at a time, until nothing moves any more. What the
// channel hears is added to `input`.
void carry(Client& client, Channel& channel, std::string& input, std::size_t piece = 1U << 14);
void carry(Client& client, Channel& channel);

}  // namespace tls
