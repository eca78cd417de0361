// Receivers that share a port, in virtual time: whose rules are asked, who decides, and who stores.
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/shared_port.hpp"

using namespace std::chrono_literals;
using namespace test_support;
using journal::Kind;
using journal::Outcome;
using Lines = std::vector<std::string>;

TEST_CASE("a refused recipient is that of its receiver alone") {
  SharedPort port({.a = rule("name='full'\nat='rcpt'\nreply='452 4.2.2 Full'")});
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(client->send("x\r\n.\r\n").find("250") == 0);
  const auto refused = port.attempts("a");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].outcome == Outcome::deferred);
  CHECK(refused[0].rule == "full");
  CHECK(port.events("a", Kind::message).empty());
  for (const std::string name : {"b", "default"}) {
    REQUIRE(port.attempts(name).size() == 1);
    CHECK(port.attempts(name)[0].outcome == Outcome::accepted);
    CHECK(port.attempts(name)[0].rule.empty());
  }
}

TEST_CASE("DATA is refused to all by the first in recipient order that refuses") {
  SharedPort port(
      {.greeter = rule("name='last'\nat='data'\nreply='451 4.3.0 greeter'"),
       .b = rule("name='first'\nat='data'\nreply='452 4.3.1 b'")}
  );
  auto client = port.connect();
  CHECK(open_message_to_all(*client).find("452 4.3.1 b\r\n") != std::string::npos);
  expect_all(port, Outcome::deferred);
  CHECK(port.attempts("b")[0].rule == "first");
  CHECK(port.attempts("a")[0].rule.empty());
  CHECK(port.attempts("default")[0].rule.empty());
  CHECK(port.attempts("default")[0].code == 452);
}

TEST_CASE("at the dot one refusal refuses all and nobody stores") {
  SharedPort port(
      {.greeter = rule("at='message'\nreply='554 5.6.0 too late'"),
       .a = rule("at='message'\nreply='250 2.0.0 Kept'"),
       .b = rule("name='no'\nat='message'\nreply='550 5.7.1 No'")}
  );
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(client->send("x\r\n.\r\n") == "550 5.7.1 No\r\n");
  expect_all(port, Outcome::rejected);
  CHECK(port.attempts("b")[0].rule == "no");
  CHECK(port.attempts("a")[0].reply == "550 5.7.1 No");
  CHECK(port.attempts("a")[0].rule.empty());
  for (const std::string name : {"default", "a", "b"})
    CHECK(port.events(name, Kind::stored).empty());
}

TEST_CASE("at the dot the first that decides has the word where all accept") {
  SharedPort port(
      {.greeter = rule("at='message'\nreply='250 2.0.0 greeter'"),
       .b = rule("at='message'\nreply='250 2.0.0 b'")}
  );
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(client->send("x\r\n.\r\n") == "250 2.0.0 b\r\n");
  expect_all(port, Outcome::accepted);
}

TEST_CASE("who discards what it accepts does so alone") {
  SharedPort port({.a = rule("at='message'\ndo=[{accept=false},{reply='250 2.0.0 Thanks'}]")});
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(client->send("x\r\n.\r\n") == "250 2.0.0 Thanks\r\n");
  CHECK(port.events("a", Kind::stored).empty());
  REQUIRE(port.events("b", Kind::stored).size() == 1);
  CHECK_FALSE(port.events("b", Kind::stored)[0]->flag);
  CHECK(port.events("default", Kind::stored).size() == 1);
}

TEST_CASE("who stores what it refuses does so alone") {
  SharedPort port({.a = rule("at='message'\ndo=[{accept=true},{reply='451 4.3.0 Oops'}]")});
  auto client = port.connect();
  open_message_to_all(*client);
  CHECK(client->send("x\r\n.\r\n") == "451 4.3.0 Oops\r\n");
  REQUIRE(port.events("a", Kind::stored).size() == 1);
  CHECK(port.events("a", Kind::stored)[0]->flag);
  CHECK(port.events("b", Kind::stored).empty());
}

TEST_CASE("a lost final reply is lost to all and all have stored") {
  SharedPort port({.b = rule("at='message'\ndo=[{accept=true},{reset=true}]")});
  auto client = port.connect();
  open_message_to_all(*client);
  client->send("x\r\n.\r\n");
  CHECK(client->ending() == wire::Ending::reset);
  for (const std::string name : {"default", "a", "b"}) {
    INFO(name);
    REQUIRE(port.attempts(name).size() == 1);
    CHECK(port.attempts(name)[0].outcome == Outcome::lost);
    CHECK(port.attempts(name)[0].stored);
  }
}

TEST_CASE("a mail-stage rule of a receiver reached by domain answers its first RCPT") {
  SharedPort port({.a = rule("name='busy'\nat='mail'\ntimes=1\nreply='451 4.3.2 Busy'")});
  auto client = port.connect();
  client->say("EHLO c.test");
  CHECK(client->say("MAIL FROM:<s@c.test>").find("250") == 0);
  CHECK(client->say("RCPT TO:<x@a.test>") == "451 4.3.2 Busy\r\n");
  CHECK(client->say("RCPT TO:<y@a.test>").find("250") == 0);
  const auto replies = port.events("a", Kind::reply);
  REQUIRE(replies.size() == 3);
  CHECK(replies[1]->stage == base::Stage::rcpt);
  CHECK(replies[1]->rule.view() == "busy");
  CHECK(replies[2]->rule.empty());
}

TEST_CASE("a mail-stage rule sees the sender and its parameters at RCPT") {
  SharedPort port({.a = rule("at='mail'\nmatch={sender='s@*',size='100..'}\nreply='552 5.3.4 Big'")}
  );
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test> SIZE=50");
  CHECK(client->say("RCPT TO:<x@a.test>").find("250") == 0);
  client->say("RSET");
  client->say("MAIL FROM:<s@c.test> SIZE=500");
  CHECK(client->say("RCPT TO:<x@a.test>") == "552 5.3.4 Big\r\n");
}

TEST_CASE("a mail-stage rule that lets through leaves the RCPT to the rcpt rules") {
  SharedPort port(
      {.a = rule("name='friend'\nat='mail'\ndo=[{delay='1s'},{healthy=true}]") +
            rule("at='rcpt'\ndelay='2s'") + rule("at='rcpt'\nreply='550 5.1.1 Unknown'")}
  );
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test>");
  CHECK(client->say("RCPT TO:<x@a.test>").empty());
  port.advance(2999ms);
  CHECK(client->take().empty());
  port.advance(1ms);
  CHECK(client->take() == "550 5.1.1 Unknown\r\n");
  const auto fired = port.events("a", Kind::fired);
  REQUIRE(fired.size() == 2);
  CHECK(fired[0]->rule.view() == "friend");
}

TEST_CASE("the delays of all parties of a message add up") {
  SharedPort port(
      {.greeter = rule("at='message'\ndelay='1s'"),
       .a = rule("at='message'\ndelay='2s'"),
       .b = rule("at='message'\ndo=[{delay='4s'},{reply='451 4.3.0 no'}]")}
  );
  auto client = port.connect();
  open_message_to_all(*client);
  client->send("x\r\n.\r\n");
  port.advance(6999ms);
  CHECK(client->take().empty());
  port.advance(1ms);
  CHECK(client->take() == "451 4.3.0 no\r\n");
  CHECK(port.events("a", Kind::fired).size() == 1);
  CHECK(port.events("b", Kind::fired).empty());
}

TEST_CASE("a message is stored when the delays of all are over") {
  SharedPort port(
      {.a = rule("at='message'\ndelay='2s'"), .b = rule("at='message'\nreply='250 2.0.0 b'")}
  );
  auto client = port.connect();
  open_message_to_all(*client);
  client->send("x\r\n.\r\n");
  port.advance(1999ms);
  CHECK(port.events("b", Kind::stored).empty());
  port.advance(1ms);
  CHECK(port.events("b", Kind::stored).size() == 1);
  CHECK(client->take() == "250 2.0.0 b\r\n");
}

TEST_CASE("a repeated recipient is told again what its receiver said") {
  SharedPort port({.a = rule("at='rcpt'\ntimes=1\nreply='450 4.2.1 Later'")});
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test>");
  client->say("RCPT TO:<x@a.test>");
  CHECK(client->say("RCPT TO:<x@A.test>") == "450 4.2.1 Later\r\n");
  CHECK(port.attempts("a").size() == 1);
  CHECK(port.events("a", Kind::reply).size() == 3);
}

TEST_CASE("recipients of one receiver are one question to it and its rules see no others") {
  SharedPort port(
      {.a = rule("at='message'\nmatch={recipient='*@b.test'}\nreply='550 5.7.1 not a'"),
       .b = rule("at='message'\nreply='550 5.7.1 for {recipient}'")}
  );
  auto client = port.connect();
  client->say("EHLO c.test");
  client->send("MAIL FROM:<s@c.test>\r\nRCPT TO:<x@a.test>\r\nRCPT TO:<x@b.test>\r\n");
  client->send("RCPT TO:<y@a.test>\r\nRCPT TO:<y@b.test>\r\nDATA\r\n");
  CHECK(client->send("x\r\n.\r\n") == "550 5.7.1 for x@b.test\r\n");
  for (const std::string name : {"a", "b"}) {
    INFO(name);
    CHECK(port.events(name, Kind::message).size() == 1);
    CHECK(port.attempts(name).size() == 2);
    CHECK(
        port.receiver(name).messages(0, 10, {}).messages.at(0).recipients ==
        Lines{"x@" + name + ".test", "y@" + name + ".test"}
    );
  }
  CHECK(port.events("default", Kind::passed).size() == 2);
}

TEST_CASE("each transaction meets the rules that its receivers have then") {
  SharedPort port;
  auto client = port.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<s@c.test>");
  CHECK(client->say("RCPT TO:<x@a.test>").find("250") == 0);
  port.receiver("a").use(
      test_support::scenario_of(rule("at='rcpt'\nreply='550 5.1.1 Gone'")), port.now()
  );
  CHECK(client->say("RCPT TO:<y@a.test>").find("250") == 0);
  client->say("RSET");
  client->say("MAIL FROM:<s@c.test>");
  CHECK(client->say("RCPT TO:<x@a.test>") == "550 5.1.1 Gone\r\n");
}
