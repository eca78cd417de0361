// What goes through a channel in both directions, how it ends, and what it never holds.
#include "tls/channel.hpp"

#include <algorithm>

#include "tls/fixtures.hpp"

namespace {

using tls::Channel;
using tls::Client;
using tls::Meeting;

TEST_CASE("text goes both ways, and the channel tells what was agreed on") {
  Meeting meeting({}, {.sni = "mx.other.test", .alpn = std::string("\4smtp\2h2")});
  REQUIRE(meeting.channel.state() == Channel::State::open);
  CHECK(
      meeting.channel.facts() ==
      wire::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "mx.other.test", "smtp", "good", true}
  );
  meeting.client.say("EHLO client.test\r\n");
  meeting.go_on();
  CHECK(meeting.input == "EHLO client.test\r\n");
  meeting.reply("250 mx.example.test\r\n");
  CHECK(meeting.client.heard == "250 mx.example.test\r\n");
  CHECK(meeting.channel.error().empty());
}

TEST_CASE("octets may come and go one by one") {
  const int version = GENERATE(TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION);
  Channel channel(tls::context({.least = wire::TlsVersion::tls1_0}));
  Client client({.trusted = tls::authority().ca_pem(), .most = version});
  std::string input;
  tls::carry(client, channel, input, 1);
  REQUIRE(channel.state() == Channel::State::open);
  client.say("NOOP\r\n");
  tls::carry(client, channel, input, 1);
  CHECK(input == "NOOP\r\n");
  CHECK(channel.write("250 OK\r\n") == 8);
  channel.close();
  client.say_close_notify();
  tls::carry(client, channel, input, 1);
  CHECK(client.heard == "250 OK\r\n");
  CHECK(client.got_close_notify());
  CHECK(channel.state() == Channel::State::closed_by_peer);
}

TEST_CASE("a ClientHello may be cut anywhere") {
  Client first({});
  first.step();
  const std::size_t size = first.output().size();
  REQUIRE(size > 100);
  for (std::size_t at = 1; at < size; ++at) {
    Channel channel(tls::context());
    Client client({});
    client.step();
    const std::string hello = client.output();
    channel.received(std::string_view(hello).substr(0, at));
    REQUIRE(channel.state() == Channel::State::handshaking);
    REQUIRE(channel.output().empty());
    channel.received(std::string_view(hello).substr(at));
    tls::carry(client, channel);
    REQUIRE(channel.state() == Channel::State::open);
  }
}

TEST_CASE("what follows the handshake in the same octets is heard") {
  Channel channel(tls::context());
  Client client({});
  client.step();
  channel.received(client.output());
  client.received(channel.output());
  channel.wrote(channel.output().size());
  client.step();  // its last words of the handshake
  REQUIRE(client.connected());
  client.say("EHLO client.test\r\n");
  channel.received(client.output());
  CHECK(channel.state() == Channel::State::open);
  CHECK(channel.input() == "EHLO client.test\r\n");
}

TEST_CASE("a megabyte goes each way unchanged") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  std::string text;
  for (int i = 0; text.size() < 1'000'000; ++i) text += std::to_string(i * 7919) + "\r\n";
  Meeting meeting({}, {.most = version});
  meeting.client.say(text);
  meeting.go_on();
  CHECK(meeting.input == text);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t n = meeting.channel.write(rest);
    REQUIRE(n > 0);
    rest.remove_prefix(n);
    meeting.go_on();
  }
  CHECK(meeting.client.heard == text);
}

TEST_CASE("each write is a piece of its own on the wire") {
  Meeting meeting;
  for (const std::string_view piece : {"2", "5", "0 OK\r\n"}) meeting.reply(piece);
  CHECK(meeting.client.records_heard == 3);
  CHECK(meeting.client.heard == "250 OK\r\n");
}

TEST_CASE("unread input is bounded: the channel wants no more until some is taken") {
  Meeting meeting;
  meeting.client.say(std::string(1'000'000, 'x'));
  std::string octets = meeting.client.output();
  Channel& channel = meeting.channel;
  while (channel.wants_input() && !octets.empty()) {
    const std::size_t n = std::min(octets.size(), Channel::kBatch);
    channel.received(std::string_view(octets).substr(0, n));
    octets.erase(0, n);
  }
  CHECK(channel.input().size() >= Channel::kUnread);
  CHECK(channel.input().size() < Channel::kUnread + Channel::kBatch);
  channel.take(channel.input().size() - Channel::kUnread);
  CHECK(!channel.wants_input());
  channel.take(1);
  CHECK(channel.wants_input());
}

TEST_CASE("output is bounded: a write takes no more than there is room for") {
  Meeting meeting;
  Channel& channel = meeting.channel;
  const std::string text(200'000, 'x');
  CHECK(channel.write(text) == Channel::kUnsent);
  CHECK(channel.output().size() > Channel::kUnsent);
  CHECK(channel.output().size() < Channel::kUnsent + 1000);
  CHECK(channel.write(text) == 0);
  CHECK(!channel.wants_input());
  const std::size_t n = channel.output().size() - Channel::kUnsent;
  meeting.client.received(channel.output().substr(0, n + 10));
  channel.wrote(n + 10);
  CHECK(channel.wants_input());
  CHECK(channel.write(text) == 10);
  meeting.go_on();
  CHECK(meeting.client.heard == std::string(Channel::kUnsent + 10, 'x'));
}

TEST_CASE("a client that asks for new keys without end, and reads nothing, fills no memory") {
  Meeting meeting;
  Channel& channel = meeting.channel;
  std::size_t most = 0;
  for (int i = 0; i < 20'000 && channel.wants_input(); ++i) {
    SSL_key_update(meeting.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(meeting.client.ssl());
    channel.received(meeting.client.output());
    most = std::max(most, channel.output().size());
  }
  CHECK(!channel.wants_input());
  CHECK(most < 2 * Channel::kUnsent);
}

TEST_CASE("nothing is written before the handshake is over, nor once the channel is closed") {
  Channel early(tls::context());
  CHECK(early.write("220 hello\r\n") == 0);
  CHECK(early.output().empty());
  early.close();
  CHECK(early.output().empty());
  CHECK(early.state() == Channel::State::handshaking);

  Meeting meeting({.close_notify = GENERATE(true, false)});
  meeting.channel.close();
  CHECK(meeting.channel.write("221 bye\r\n") == 0);
  CHECK(meeting.channel.state() == Channel::State::open);
  const std::size_t said = meeting.channel.output().size();
  meeting.channel.close();
  CHECK(meeting.channel.output().size() == said);
}

TEST_CASE("input is still heard after close") {
  Meeting meeting;
  meeting.channel.close();
  meeting.client.say("QUIT\r\n");
  meeting.go_on();
  CHECK(meeting.input == "QUIT\r\n");
}

TEST_CASE("close says close_notify, unless the handshake says that there is none") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const bool notify = GENERATE(true, false);
  Meeting meeting({.close_notify = notify}, {.most = version});
  meeting.reply("221 bye\r\n");
  meeting.channel.close();
  CHECK(meeting.channel.output().empty() != notify);
  meeting.go_on();
  CHECK(meeting.client.got_close_notify() == notify);
  CHECK(meeting.client.error.empty());
}

TEST_CASE("the client's close_notify ends the input, not what is said to it") {
  Meeting meeting({}, {.most = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION)});
  meeting.client.say("QUIT\r\n");
  meeting.client.say_close_notify();
  meeting.channel.received(meeting.client.output() + "in clear");
  CHECK(meeting.channel.state() == Channel::State::closed_by_peer);
  CHECK(meeting.channel.peer_said_close_notify());
  CHECK(!meeting.channel.wants_input());
  CHECK(meeting.channel.input() == "QUIT\r\n");
  CHECK(meeting.channel.write("221 bye\r\n") == 9);
  CHECK(!meeting.channel.output().empty());
  meeting.channel.left();
  CHECK(meeting.channel.state() == Channel::State::closed_by_peer);
}

TEST_CASE("a client that leaves without close_notify is told apart") {
  Meeting meeting;
  meeting.client.say("QUIT\r\n");
  meeting.channel.received(meeting.client.output());
  meeting.channel.left();
  CHECK(meeting.channel.state() == Channel::State::closed_by_peer);
  CHECK(!meeting.channel.peer_said_close_notify());
  CHECK(meeting.channel.input() == "QUIT\r\n");
  CHECK(meeting.channel.error().empty());
}

TEST_CASE("channels of one context do not meet, and one outlives its authority") {
  tls::ContextPtr context;
  {
    tls::Authority passing = tls::Authority::create(tls::today()).value();
    context = passing.context("passing.test", {}).value();
  }
  Channel one(context);
  Channel two(context);
  Client first({});
  Client second({});
  std::string heard_by_one;
  std::string heard_by_two;
  tls::carry(first, one, heard_by_one);
  tls::carry(second, two, heard_by_two);
  first.say("first");
  second.say("second");
  tls::carry(second, two, heard_by_two);
  tls::carry(first, one, heard_by_one);
  CHECK(heard_by_one == "first");
  CHECK(heard_by_two == "second");
}

}  // namespace
