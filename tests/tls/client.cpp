#include "tls/client.hpp"

#include <algorithm>
#include <array>

#include <openssl/pem.h>

namespace tls {

namespace {

void trust(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
  X509_free(certificate);
}

}  // namespace

Client::Client(const Options& options) : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_security_level(context, options.security_level);
  SSL_CTX_set_min_proto_version(context, options.least);
  SSL_CTX_set_max_proto_version(context, options.most);
  SSL_CTX_set_cipher_list(context, options.ciphers.c_str());
  if (!options.trusted.empty()) {
    trust(context, options.trusted);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  ssl_.reset(SSL_new(context));
  SSL* const ssl = ssl_.get();
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set1_host(ssl, options.host.c_str());
  if (!options.sni.empty()) SSL_set_tlsext_host_name(ssl, options.sni.c_str());
  const auto* alpn = reinterpret_cast<const unsigned char*>(options.alpn.data());
  SSL_set_alpn_protos(ssl, alpn, static_cast<unsigned>(options.alpn.size()));
  if (options.max_fragment > 0) SSL_set_max_send_fragment(ssl, options.max_fragment);
  SSL_set_connect_state(ssl);
}

void Client::step() {
  ERR_clear_error();
  std::array<char, 1U << 14> record;
  int result = 1;
  if (!connected()) result = SSL_do_handshake(ssl_.get());
  while (result == 1) {
    std::size_t size = 0;
    result = SSL_read_ex(ssl_.get(), record.data(), record.size(), &size);
    heard.append(record.data(), size);
    if (result == 1) ++records_heard;
  }
  const int why = SSL_get_error(ssl_.get(), result);
  const bool fine = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN;
  if (!fine && error.empty()) error = take_errors();
  ERR_clear_error();
}

void Client::say(std::string_view text) {
  SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  ERR_clear_error();
}

void Client::received(std::string_view octets) {
  BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size()));
}

std::string Client::output() {
  BIO* const bio = SSL_get_wbio(ssl_.get());
  std::string octets(BIO_ctrl_pending(bio), '\0');
  BIO_read(bio, octets.data(), static_cast<int>(octets.size()));
  return octets;
}

void carry(Client& client, Channel& channel, std::string& input, std::size_t piece) {
  std::string to_channel;
  for (bool moved = true; moved;) {
    client.step();
    to_channel += client.output();
    moved = false;
    while (!to_channel.empty() && channel.wants_input()) {
      const std::size_t n = std::min(piece, to_channel.size());
      channel.received(std::string_view(to_channel).substr(0, n));
      to_channel.erase(0, n);
      input += channel.input();
      channel.take(channel.input().size());
      moved = true;
    }
    while (!channel.output().empty()) {
      const std::string_view octets = channel.output().substr(0, piece);
      client.received(octets);
      channel.wrote(octets.size());
      moved = true;
    }
  }
}

void carry(Client& client, Channel& channel) {
  std::string input;
  carry(client, channel, input);
}

}  // namespace tls
