// Fuzzes the server's end of TLS: any octets, given whole and one by one, must end alike, stay
// within bounds and leave nothing behind. The first octet picks the handshake.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tls/authority.hpp"
#include "tls/channel.hpp"
#include <openssl/err.h>

namespace {

using tls::Channel;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

tls::ContextPtr context_of(std::uint8_t choice) {
  static tls::Authority authority = tls::Authority::create(base::WallTime{}).value();
  wire::Handshake handshake;
  if ((choice & 1U) != 0) handshake.least = wire::TlsVersion::tls1_0;
  if ((choice & 2U) != 0) handshake.most = wire::TlsVersion::tls1_2;
  if ((choice & 4U) != 0) handshake.ciphers = "ALL:eNULL";
  handshake.close_notify = (choice & 8U) == 0;
  return authority.context("mx.test", handshake).value();
}

void check(const Channel& channel) {
  require(channel.input().size() <= Channel::kUnread + Channel::kBatch, "input is bounded");
  require(channel.output().size() <= 2 * Channel::kUnsent, "output is bounded");
  const bool failed = channel.state() == Channel::State::failed;
  require(failed != channel.error().empty(), "a failure has a reason, and nothing else has");
  require(!failed || !channel.wants_input(), "nothing is read after a failure");
  for (const char c : channel.error()) require(c >= ' ' && c <= '~', "a reason is printable");
  const wire::TlsFacts facts = channel.facts();
  require(facts.sni.size() <= 255 && facts.alpn.size() <= 255, "texts are bounded");
  require(ERR_peek_error() == 0, "no error stays behind");
}

// The channel after these octets, `piece` at a time.
std::string told(const tls::ContextPtr& context, std::string_view octets, std::size_t piece) {
  Channel channel(context);
  while (!octets.empty() && channel.wants_input()) {
    channel.received(octets.substr(0, piece));
    octets.remove_prefix(std::min(piece, octets.size()));
    check(channel);
    require(channel.write("250 OK\r\n") == 0, "nothing is said without a handshake");
  }
  channel.left();
  check(channel);
  channel.close();
  const wire::TlsFacts facts = channel.facts();
  return channel.error() + '\n' + facts.sni + '\n' + facts.alpn;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const tls::ContextPtr context = context_of(bytes[0]);
  const std::string_view octets(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  require(
      told(context, octets, octets.size() + 1) == told(context, octets, 1),
      "octets mean the same whole and one by one"
  );
  return 0;
}
