// Clients that speak no TLS, or break it, or leave: what is said of them, to them and to people.
#include "tls/fixtures.hpp"
#include <openssl/err.h>

namespace {

using tls::Channel;
using tls::Client;
using tls::Meeting;

// The channel's state after octets that are no handshake, each given whole and one by one.
void expect_failure(const std::string& octets, const std::string& error) {
  for (const std::size_t piece : {octets.size(), std::size_t{1}}) {
    CAPTURE(octets, piece);
    Channel channel(tls::context());
    for (std::size_t at = 0; at < octets.size() && channel.wants_input(); at += piece) {
      channel.received(std::string_view(octets).substr(at, piece));
    }
    CHECK(channel.state() == Channel::State::failed);
    CHECK(channel.error() == error);
    CHECK(!channel.wants_input());
    CHECK(channel.input().empty());
    CHECK(channel.write("250 OK\r\n") == 0);
    CHECK(ERR_peek_error() == 0);
    channel.left();
    CHECK(channel.error() == error);
  }
}

TEST_CASE("clear text is named by its verb, never by what follows it") {
  expect_failure("EHLO client.test\r\n", "the client sent 'EHLO' in clear instead of TLS");
  expect_failure("quit\r\nmore", "the client sent 'quit' in clear instead of TLS");
  expect_failure("AUTH PLAIN AGEAYg==\r\n", "the client sent 'AUTH' in clear instead of TLS");
  expect_failure("GET / HTTP/1.1\r\n\r\n", "the client sent 'GET' in clear instead of TLS");
  // What is no verb may be a password.
  expect_failure("c2VjcmV0cGFzc3dvcmQ=\r\n", "the client sent no TLS: its first octet is 0x63");
  expect_failure("secret\r\n", "the client sent no TLS: its first octet is 0x73");
  expect_failure("EHLOT secret", "the client sent no TLS: its first octet is 0x45");
}

TEST_CASE("garbage is named by its first octet") {
  expect_failure(std::string(100, '\0'), "the client sent no TLS: its first octet is 0x00");
  expect_failure(std::string(100, '\xff'), "the client sent no TLS: its first octet is 0xff");
  expect_failure("\r\n\r\n\r\n\r\n", "the client sent no TLS: its first octet is 0x0d");
  // An alert before anything else, and application data.
  expect_failure(
      std::string("\x15\x03\x01\x00\x02\x02\x28", 7),
      "the client sent an alert where a handshake begins"
  );
  expect_failure(
      std::string("\x17\x03\x03\x00\x02hi", 7), "the client sent no TLS: its first octet is 0x17"
  );
}

TEST_CASE("a hello that breaks off or lies fails with a reason") {
  // A record of a handshake with a message of another kind, and one with a length too large.
  expect_failure(
      std::string("\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9),
      "the handshake failed: unexpected message"
  );
  expect_failure(
      std::string("\x16\x03\x01\xff\xff", 5) + std::string(100, 'x'),
      "the handshake failed: packet length too long"
  );
  expect_failure(
      std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9),
      "the handshake failed: excessive message size"
  );
}

// What clients of twenty years ago began with (RFC 5246 E.2): a hello of SSL 2.0 that offers
// `minor` of version 3 and one cipher.
std::string old_hello(char minor) {
  std::string body("\x01\x03m\x00\x03\x00\x00\x00\x10\x00\x00\x2f", 12);
  body[2] = minor;
  body.append(16, 'c');
  std::string hello("\x80");
  hello.push_back(static_cast<char>(body.size()));
  return hello.append(body);
}

TEST_CASE("a hello of SSL 2.0 is understood, and refused for its version") {
  expect_failure(
      old_hello('\x00'),
      "no common version: the client offers at most SSLv3, the server TLSv1.2 to TLSv1.3"
  );
  expect_failure(
      old_hello('\x01'),
      "no common version: the client offers at most TLSv1.0, the server TLSv1.2 to TLSv1.3"
  );
  Channel channel(tls::context({.least = wire::TlsVersion::tls1_0, .ciphers = "AES128-SHA"}));
  channel.received(old_hello('\x01'));
  CHECK(channel.state() == Channel::State::handshaking);
  CHECK(channel.output().size() > 500);
}

TEST_CASE("a failure is told by an alert, to who speaks TLS") {
  Channel clear(tls::context());
  clear.received("EHLO client.test\r\n");
  CHECK(clear.output().empty());

  Channel channel(tls::context());
  channel.received(old_hello('\x00'));
  CHECK(channel.state() == Channel::State::failed);
  CHECK(channel.output() == std::string("\x15\x03\x00\x00\x02\x02\x28", 7));
  channel.close();
  CHECK(channel.output().size() == 7);
  channel.wrote(7);
  CHECK(channel.output().empty());
}

TEST_CASE("a client that leaves in the middle is told by how far it came") {
  Channel silent(tls::context());
  silent.left();
  CHECK(silent.error() == "the client left instead of beginning a handshake");

  Client client({});
  client.step();
  const std::string hello = client.output();
  Channel cut(tls::context());
  cut.received(std::string_view(hello).substr(0, 50));
  cut.left();
  CHECK(cut.error() == "the client left in the middle of its first words");

  Channel shown(tls::context());
  shown.received(hello);
  shown.left();
  CHECK(shown.error() == "the client left after it had been shown the certificate");
  CHECK(shown.state() == Channel::State::failed);
}

TEST_CASE("a client that ends the handshake with close_notify has said why, or nothing") {
  Channel channel(tls::context());
  Client client({});
  client.step();
  channel.received(client.output());
  channel.received(std::string("\x15\x03\x03\x00\x02\x01\x00", 7));
  CHECK(channel.state() == Channel::State::failed);
  CHECK(channel.error() == "the client ended the handshake: close notify");
}

TEST_CASE("a client that sends alerts in the middle of it is quoted") {
  Channel channel(tls::context());
  Client client({.most = TLS1_2_VERSION});
  client.step();
  channel.received(client.output());
  channel.received(wire::alert_record(46));
  CHECK(channel.error() == "the client refused the certificate: certificate unknown (alert 46)");
}

TEST_CASE("a record that was tampered with ends the connection with an alert") {
  Meeting meeting;
  meeting.client.say("MAIL FROM:<>\r\n");
  std::string octets = meeting.client.output();
  octets.back() = static_cast<char>(octets.back() ^ 1);
  meeting.channel.received(octets);
  CHECK(meeting.channel.state() == Channel::State::failed);
  CHECK(meeting.channel.error() == "the connection failed: decryption failed or bad record mac");
  CHECK(meeting.channel.input().empty());
  meeting.client.received(meeting.channel.output());
  meeting.client.step();
  CHECK(meeting.client.error.find("alert bad record mac") != std::string::npos);
}

TEST_CASE("clear text in the middle of TLS ends the connection") {
  Meeting meeting({}, {.most = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION)});
  meeting.channel.received("MAIL FROM:<secret@client.test>\r\n");
  CHECK(meeting.channel.state() == Channel::State::failed);
  CHECK(meeting.channel.error().find("secret") == std::string::npos);
  CHECK(meeting.channel.error().starts_with("the connection failed: "));
}

TEST_CASE("input from before a failure is still there") {
  Meeting meeting;
  meeting.client.say("NOOP\r\n");
  meeting.channel.received(meeting.client.output() + std::string(100, 'x'));
  CHECK(meeting.channel.state() == Channel::State::failed);
  CHECK(meeting.channel.input() == "NOOP\r\n");
}

TEST_CASE("one connection's failure leaves nothing for the next on the thread") {
  for (int i = 0; i < 3; ++i) {
    Channel bad(tls::context());
    bad.received("EHLO client.test\r\n");
    CHECK(ERR_peek_error() == 0);
    // Stale errors of someone else's must not be taken for one's own.
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER);
    Meeting good;
    CHECK(good.channel.state() == Channel::State::open);
    good.client.say("NOOP\r\n");
    const std::string octets = good.client.output();
    ERR_raise(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER);
    good.channel.received(octets);
    CHECK(good.channel.state() == Channel::State::open);
    CHECK(good.channel.input() == "NOOP\r\n");
    ERR_clear_error();
  }
}

}  // namespace
