// Receivers that share a port, in virtual time: who hears of what, and what each journal makes of
// it.
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/shared_port.hpp"

using namespace std::chrono_literals;
using namespace test_support;
using journal::Kind;
using journal::Outcome;
using Lines = std::vector<std::string>;

TEST_CASE("one message for three receivers: each journal holds exactly its own") {
  SharedPort port;
  port.advance(1s);
  auto client = port.connect();
  open_message_to_all(*client);
  client->send(
      "Date: Sat, 31 Jan 2026 12:00:00 +0000\r\nFrom: <s@c.test>\r\nMessage-ID: <1@c.test>\r\n"
      "\r\nhello\r\n.\r\n"
  );
  client->say("QUIT");
  const Lines end{
      "message", "stored", "reply 250 message", "command quit", "reply 221 quit", "ended"};
  const auto journal_of = [&](std::string_view recipient, Lines begin) {
    begin.push_back("command rcpt " + std::string(recipient));
    begin.insert(begin.end(), {"reply 250 rcpt", "command data", "reply 354 data"});
    begin.insert(begin.end(), end.begin(), end.end());
    return begin;
  };
  const Lines joined{"connected", "command mail s@c.test", "reply 250 mail"};
  CHECK(port.lines("a") == journal_of("x@a.test", joined));
  CHECK(port.lines("b") == journal_of("x@b.test", joined));
  CHECK(
      port.lines("default") == journal_of(
                                   "x@own.test",
                                   {"connected",
                                    "reply 220 connect",
                                    "command ehlo c.test",
                                    "reply 250 ehlo",
                                    "command mail s@c.test",
                                    "reply 250 mail",
                                    "passed a",
                                    "passed b"}
                               )
  );
  expect_all(port, Outcome::accepted);
}

TEST_CASE("a receiver met at RCPT knows how long the client had kept the connection waiting") {
  SharedPort port;
  auto client = port.connect();
  client->say("EHLO c.test");
  port.advance(5s);
  client->say("MAIL FROM:<s@c.test>");
  port.advance(3s);
  client->say("RCPT TO:<x@own.test>");
  client->say("RCPT TO:<x@a.test>");
  CHECK(port.attempts("default").at(0).idle == 5s);
  CHECK(port.attempts("a").at(0).idle == 5s);
}

TEST_CASE("an attempt begins at accept although its receiver was met at RCPT") {
  SharedPort port;
  port.advance(1s);
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test>");
  port.advance(3s);
  client->say("RCPT TO:<x@a.test>");
  const auto attempts = port.attempts("a");
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].begin == 1s);
  CHECK(attempts[0].mail == 1s);
  CHECK(port.events("a", Kind::connected)[0]->at == 4s);
}

TEST_CASE("a gap is counted from one receiver's refusal to the next accept") {
  SharedPort port({.a = rule("at='rcpt'\ntimes=1\nreply='451 4.3.2 Later'")});
  port.advance(1s);
  for (int i = 0; i < 2; ++i) {
    auto client = port.connect();
    client->say("EHLO c.test");
    client->say("MAIL FROM:<s@c.test>");
    client->say("RCPT TO:<x@a.test>");
    client->say("QUIT");
    port.advance(60s);
  }
  const auto attempts = port.attempts("a");
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].outcome == Outcome::deferred);
  CHECK(attempts[1].delivery == attempts[0].delivery);
  CHECK(attempts[1].gap == 60s);
}

TEST_CASE("a reset by one receiver's rule loses the attempts of all others") {
  SharedPort port({.b = rule("at='rcpt'\ndo=[{reset=true}]")});
  auto client = port.connect();
  client->send("EHLO c.test\r\nMAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\nRCPT TO:<x@b.test>\r\n"
  );
  CHECK(client->ending() == wire::Ending::reset);
  for (const std::string name : {"a", "b"}) {
    REQUIRE(port.attempts(name).size() == 1);
    CHECK(port.attempts(name)[0].outcome == Outcome::lost);
  }
  CHECK(port.attempts("default").empty());
  for (const std::string name : {"default", "a", "b"}) {
    REQUIRE(port.events(name, Kind::ended).size() == 1);
    CHECK(port.events(name, Kind::ended)[0]->ending == journal::Ending::reset);
    CHECK(port.open_connections(name) == 0);
  }
}

TEST_CASE("a second transaction for another receiver is unseen by the first") {
  SharedPort port;
  port.advance(1s);
  auto client = port.connect();
  client->send("EHLO c.test\r\nMAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\nDATA\r\n");
  client->send("x\r\n.\r\n");
  const auto seen = port.lines("a").size();
  port.advance(5s);
  client->send("MAIL FROM:<s@c.test>\r\nRCPT TO:<x@b.test>\r\nDATA\r\n");
  client->send("y\r\n.\r\n");
  CHECK(port.lines("a").size() == seen);
  REQUIRE(port.attempts("b").size() == 1);
  CHECK(port.attempts("b")[0].outcome == Outcome::accepted);
  // It is not the connection's first transaction.
  CHECK(port.attempts("b")[0].begin == 6s);
  CHECK(port.attempts("default").empty());
  // Nothing tells a yet that its reply was read, until the client quits.
  CHECK(port.attempts("a")[0].ambiguous_end);
  port.advance(1s);
  client->say("QUIT");
  CHECK_FALSE(port.attempts("a")[0].ambiguous_end);
  CHECK_FALSE(port.attempts("b")[0].ambiguous_end);
  CHECK(port.events("a", Kind::connected).size() == 1);
}

TEST_CASE("what belongs to nobody or makes no sense goes to the greeter") {
  SharedPort port;
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("RCPT TO:<x@a.test>");
  CHECK(port.lines("a").empty());
  client->say("MAIL FROM:<s@c.test>");
  client->say("RCPT TO:<x@sub.a.test>");
  client->say("RCPT TO:<x@a.test");
  client->say("FOO");
  CHECK(port.lines("a").empty());
  // A recipient that is known has its owner, also if the RCPT is refused for its form.
  CHECK(client->say("RCPT TO:<x@a.test> WHAT=ever").find("555") == 0);
  REQUIRE(port.events("a", Kind::command).size() == 2);
  CHECK(port.events("a", Kind::command)[1]->flag);
  CHECK(client->say("DATA").find("354") == 0);
  CHECK(port.events("a", Kind::command).size() == 2);
}

TEST_CASE("all who joined are told of RSET and of the end by timeout or drain") {
  SharedPort port;
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test>");
  client->say("RCPT TO:<x@a.test>");
  client->say("RSET");
  CHECK(port.attempts("a")[0].outcome == Outcome::abandoned);
  const auto ending = GENERATE(journal::Ending::timeout, journal::Ending::drained);
  if (ending == journal::Ending::timeout) client->conversation().timed_out(port.now());
  if (ending == journal::Ending::drained) client->conversation().drain(port.now());
  client->send("");
  CHECK_FALSE(client->open());
  for (const std::string name : {"default", "a"}) {
    CHECK(port.lines(name).back() == "ended");
    CHECK(port.events(name, Kind::reply).back()->code == 421);
    CHECK(port.events(name, Kind::ended)[0]->ending == ending);
  }
}

TEST_CASE("a reply that was cut is told to those who have its event") {
  SharedPort port;
  auto client = port.connect();
  client->send("EHLO c.test\r\nMAIL FROM:<s@c.test>\r\nRCPT TO:<x@b.test>\r\n");
  client->stop_reading();
  client->send("NOOP\r\n");
  client->leave(receiver::Left::reset);
  CHECK(port.events("b", Kind::cut).size() == 1);
  CHECK(port.events("default", Kind::cut).size() == 1);
  CHECK(port.events("b", Kind::cut)[0]->reply == port.events("b", Kind::reply).back()->seq);
}

TEST_CASE("a greeter that owns a domain has its recipients as it has those of nobody") {
  SharedPort port;
  port.own("own.test");
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(port.events("default", Kind::connected).size() == 1);
  CHECK(port.attempts("default").size() == 1);
  CHECK(port.events("default", Kind::passed).size() == 2);
}

TEST_CASE("a receiver that is released leaves after the transaction it takes part in") {
  SharedPort port;
  auto client = port.connect();
  client->send("EHLO c.test\r\nMAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\nDATA\r\n");
  port.directory.remove("a");
  client->conversation().release("a", port.now());
  CHECK(client->conversation().has("a"));
  client->send("x\r\n.\r\n");
  CHECK_FALSE(client->conversation().has("a"));
  CHECK(port.open_connections("a") == 0);
  CHECK(port.lines("a").back() == "ended");
  CHECK(port.attempts("a")[0].outcome == Outcome::accepted);
  client->send("MAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\n");
  CHECK(port.attempts("default").size() == 1);
  CHECK(client->open());
}

TEST_CASE("each receiver keeps of a message what its scenario captures") {
  SharedPort port({.greeter = "[server]\ncapture='none'\n", .b = "[server]\ncapture='headers'\n"});
  auto client = port.connect();
  open_message_to_all(*client);
  client->send("Subject: x\r\n\r\nhello\r\n.\r\n");
  const auto kept = [&](const std::string& name) {
    const auto page = port.receiver(name).messages(0, 10, {});
    REQUIRE(page.messages.size() == 1);
    CHECK(page.messages[0].id == port.events(name, Kind::message)[0]->seq);
    CHECK(page.messages[0].stored);
    CHECK(page.messages[0].recipients.size() == 1);
    return page.messages[0];
  };
  CHECK(kept("a").captured() == "Subject: x\r\n\r\nhello\r\n");
  CHECK(kept("a").recipients[0] == "x@a.test");
  CHECK(kept("b").captured() == "Subject: x\r\n");
  CHECK(kept("default").captured().empty());
  CHECK(kept("default").message->size == 21);
}

TEST_CASE("any split of the octets tells every receiver the same") {
  const std::string stream = "EHLO c.test\r\n" + std::string(kToAll) +
                             "Subject: x\r\n\r\nhi\r\n.\r\n" +
                             "NOOP\r\nMAIL FROM:<s@c.test>\r\nRCPT TO:<y@b.test>\r\nDATA\r\n" +
                             "x\r\n.\r\nRSET\r\nQUIT\r\n";
  const auto told = [&](auto give) {
    SharedPort port(
        {.a = rule("at='message'\ndelay='1s'"),
         .b = rule("at='mail'\nreply='450 4.2.0 no'\ntimes=1")}
    );
    port.advance(1s);
    auto client = port.connect();
    give(*client);
    port.advance(10s);
    std::string all = client->take();
    for (const std::string name : {"default", "a", "b"}) {
      for (const auto& line : port.lines(name)) {
        if (line.find("finding") != 0) all += name + " " + line + "\n";
      }
    }
    return all;
  };
  const auto keep = [](test_support::SharedPort::Client& client, std::string_view part) {
    client.put_back(client.send(part));
  };
  const auto whole = told([&](auto& client) { keep(client, stream); });
  CHECK(whole.find("221") != std::string::npos);
  for (std::size_t at = 1; at < stream.size(); ++at) {
    const auto split = told([&](auto& client) {
      keep(client, std::string_view(stream).substr(0, at));
      keep(client, std::string_view(stream).substr(at));
    });
    if (split != whole) FAIL("split at " << at << ":\n" << split << "instead of\n" << whole);
  }
}
