// What is no fault of a sender's: each of these histories is put before all checks at once, and
// none may fail.
#include <fmt/format.h>

#include "shipped/shipped.hpp"
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// Every check, as strict as a sender of these histories can bear.
constexpr std::pair<std::string_view, std::string_view> kAll[] = {
    {"retried", "within = '30s'"},
    {"not-hasty", ""},
    {"backs-off", "gaps = 2"},
    {"not-retried", ""},
    {"suppressed", "offered = true"},
    {"delivered-once", "within = '10m'"},
    {"attempt-limit", "at_most = 5"},
    {"gives-up", "after = ['1s', '1h']"},
    {"protocol", ""},
};

// In front of rule().
const std::string kOffersTls = "server = { extensions = ['PIPELINING', 'STARTTLS'] }\n";

// The checks that failed, with what they say.
std::string faults(World& world) {
  std::string all;
  for (const auto& [check, keys] : kAll) {
    const auto answer = world.judged(check, keys);
    if (answer == "fail") all += fmt::format("{} {}\n", check, answer.text());
  }
  return all;
}

// The result of a shipped policy's check, by its name.
std::string policy_says(World& world, std::string_view policy, std::string_view name) {
  for (const auto& file : shipped::policies()) {
    if (file.name != policy) continue;
    for (const auto& wanted : expectations(file.text)) {
      if (wanted.name != name) continue;
      journal::Account account;
      for (const auto& event : world.past()) account.add(event);
      const auto& last = account.marks.last();
      const verify::Timeline timeline(account, {.at = last.at, .judge = last.judge, .over = true});
      const auto judgement = verify::judge(timeline, std::span(&wanted, 1));
      return fmt::format("{} {}", name_of(judgement.checks[0].result), name_of(judgement.result));
    }
  }
  return "no such check";
}

}  // namespace

TEST_CASE("a second copy after the final reply was lost is no fault") {
  const auto* how = GENERATE(
      "do = [{ accept = true }, { close = true }]",
      "do = [{ accept = true }, { reset = true }]",
      "do = [{ accept = true }, { delay = '30s' }]"
  );
  CAPTURE(how);
  World world(rule(fmt::format("at = 'message'\ntimes = 1\n{}", how)));
  CHECK(Sender(world, {.patience = 10s}).deliver({}, {10s}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("delivered-once") == "pass: *kept 2 times, rightfully*");
}

TEST_CASE("other messages held back while the host refuses connections are no fault") {
  // Five messages wait, one connection tries the host, and the first that gets through takes all.
  World world(rule("at = 'connect'\ntimes = 3\nreply = '421 4.3.2 no'"));
  Sender sender(world);
  CHECK(sender.deliver({.to = {"m0@x.test"}, .id = "<0@s>"}, {10s, 10s, 10s}) == 250);
  for (int i = 1; i < 5; ++i) {
    sender.attempt({.to = {fmt::format("m{}@x.test", i)}, .id = fmt::format("<{}@s>", i)});
  }
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("recipients split over transactions and connections are no fault") {
  World world(rule("at = 'rcpt'\ntimes = 1\nmatch = { recipient = 'b@*' }\nreply = '452 4.2.2 no'")
  );
  Sender sender(world);
  sender.attempt({.to = {"a@x.test", "b@x.test", "c@x.test"}});
  sender.attempt({.to = {"e@x.test", "d@x.test"}});
  sender.attempt({.to = {"f@x.test"}});
  world.wait(10s);
  sender.attempt({.to = {"b@x.test"}});
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("delivered-once") == "pass: 6 deliveries*");
}

TEST_CASE("a recipient's refusal does not touch the others of its message") {
  World world(rule("at = 'rcpt'\nmatch = { recipient = 'b@*' }\nreply = '550 5.1.1 no'"));
  Sender sender(world);
  sender.attempt({.to = {"a@x.test", "b@x.test"}, .id = "<1@s>"});
  world.wait(20s);
  sender.attempt({.to = {"a@x.test"}, .id = "<2@s>"});
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("the null sender's mail is judged only if it is named") {
  World world(rule("at = 'rcpt'\nmatch = { sender = '<>' }\nreply = '452 4.3.1 no'"));
  Sender(world).attempt({.from = ""});
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "empty");
  CHECK(world.judged("retried", "within = '30s'\nselect = { sender = '<>' }") == "fail");
}

TEST_CASE("leaving without QUIT is no fault") {
  const auto how = GENERATE(Goodbye::fin, Goodbye::quit);
  World world(deferring(2));
  Sender sender(world, {.goodbye = how, .after_failure = how});
  CHECK(sender.deliver({}, {10s, 10s}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("delivered-once") == "pass");
}

TEST_CASE("HELO alone and two EHLOs and odd cases are no fault") {
  World world(deferring(1));
  CHECK(Sender(world, {.helo_only = true}).attempt({}) == 452);
  world.wait(10s);
  Line line(world);
  line.greeting();
  CHECK(line.say("eHlO client.test") == 250);
  CHECK(line.say("EHLO client.test") == 250);
  CHECK(line.say("mail From:<a@SENDER.test>") == 250);
  CHECK(line.say("rCPT to:<r@Receiver.TEST>") == 250);
  CHECK(line.say("data") == 354);
  CHECK(line.body({}) == 250);
  line.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("a connection kept open for the next message is no fault") {
  World world(kHealthy);
  Line line(world);
  line.greeting();
  line.hello();
  for (const char* id : {"<1@s>", "<2@s>"}) {
    const Mail mail{.to = {fmt::format("{}@x.test", id[1])}, .id = id};
    line.mail(mail);
    line.rcpt(mail.to[0]);
    line.data();
    line.body(mail);
    world.wait(5s);
  }
  line.leave(Goodbye::fin);
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("a first retry early or late in a queue run is no fault") {
  const auto first = GENERATE(2s, 29s);
  World world(deferring(3));
  CHECK(Sender(world).deliver({}, {first, 10s, 10s}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("an injection that flushes the queue is no fault") {
  World world(deferring(3));
  Sender sender(world);
  const Mail first{.to = {"first@x.test"}, .id = "<1@s>"};
  sender.deliver(first, {10s, 10s});
  world.wait(100ms);
  sender.attempt(first);
  sender.deliver({.to = {"new@x.test"}, .id = "<2@s>"}, {10s, 10s, 10s});
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("EHLO refused and then HELO is no retry") {
  World world(rule("at = 'ehlo'\nper = 'connection'\ntimes = 1\nreply = '502 5.5.1 no'"));
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("not-retried") == "empty");
}

TEST_CASE("STARTTLS refused and then clear text is no fault") {
  World world(kOffersTls + rule("at = 'starttls'\nreply = '454 4.7.0 no'"));
  Line line(world);
  line.greeting();
  line.hello();
  line.say("STARTTLS");
  line.mail({});
  line.rcpt("r@receiver.test");
  line.data();
  CHECK(line.body({}) == 250);
  line.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("a second connection at once after STARTTLS broke the first is no fault") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 1\ndo = [{ reset = true }]"));
  Line line(world);
  line.greeting();
  line.hello();
  line.say("STARTTLS");
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
}

TEST_CASE("less than half an hour between attempts is advice of rfc5321 and no fault") {
  World world(deferring(2));
  CHECK(Sender(world).deliver({}, {5min, 10min}) == 250);
  world.wait(1h);
  CHECK(policy_says(world, "rfc5321", "half an hour between attempts") == "fail inconclusive");
  CHECK(policy_says(world, "mta", "not-hasty") == "pass pass");
}

TEST_CASE("less than a minute between attempts fails mta") {
  World world(deferring(1));
  CHECK(Sender(world).deliver({}, {30s}) == 250);
  world.wait(1h);
  CHECK(policy_says(world, "mta", "not-hasty") == "fail fail");
}

TEST_CASE("commands that were on the wire before a refusal are no retry") {
  World world(refusing());
  Line line(world);
  line.greeting();
  line.hello();
  // Pipelined behind a MAIL whose only recipient is refused: RSET, and the next message.
  line.say(
      "MAIL FROM:<a@sender.test>\r\nRCPT TO:<r@receiver.test>\r\nRSET\r\n"
      "MAIL FROM:<b@sender.test>\r\nRCPT TO:<r@receiver.test>"
  );
  line.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("suppressed", "offered = true") == "pass");
}

TEST_CASE("recipients pipelined behind a refused MAIL are no further attempts") {
  World world(rule("at = 'mail'\ntimes = 1\nreply = '451 4.3.0 no'"));
  Line line(world);
  line.greeting();
  line.hello();
  line.say("MAIL FROM:<a@sender.test>\r\nRCPT TO:<r@receiver.test>\r\nDATA");
  line.leave(Goodbye::quit);
  world.wait(10s);
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("a 554 greeting may be retried or taken as final") {
  const bool retries = GENERATE(false, true);
  CAPTURE(retries);
  World world(rule("at = 'connect'\ntimes = 1\nreply = '554 5.3.2 no'"));
  Sender sender(world);
  sender.attempt({});
  world.wait(10s);
  if (retries) CHECK(sender.attempt({}) == 250);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "empty");
  CHECK(world.judged("not-retried") == "empty");
}

TEST_CASE("an abandoned attempt is neither a failure nor a retry that was owed") {
  World world(kHealthy);
  Line line(world);
  line.greeting();
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  line.leave(Goodbye::fin);
  world.wait(1min);
  CHECK(faults(world) == "");
  CHECK(world.judged("retried", "within = '30s'") == "empty");
}

TEST_CASE("no policy asks a sender to keep TLS: falling back is legitimate unless it is told") {
  for (const auto& file : shipped::policies()) {
    CAPTURE(file.name);
    for (const auto& wanted : expectations(file.text)) CHECK(wanted.check->name != "keeps-tls");
  }
}
