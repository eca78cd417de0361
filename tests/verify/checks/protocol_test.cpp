// protocol: clients that keep to the rules, clients that break one, and what counts as one.
#include <set>

#include <fmt/format.h>

#include "smtp/finding.hpp"
#include "support/catch.hpp"
#include "verify/findings.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// A past in which a client said one thing, with these findings about it.
Past past_with(const std::vector<std::string>& findings, int commands = 1) {
  Past past;
  const auto add = [&](journal::Event event) {
    event.seq = past.size() + 1;
    event.at = event.judge = base::Micros(1'000'000) * static_cast<int>(past.size());
    event.connection = 7;
    past.push_back(std::move(event));
  };
  add({.kind = journal::Kind::connected, .subject = "192.0.2.1"});
  for (int i = 0; i < commands; ++i) {
    add({.kind = journal::Kind::command, .stage = base::Stage::ehlo, .text = "EHLO x"});
  }
  for (const std::string& finding : findings) {
    add(
        {.kind = journal::Kind::finding,
         .stage = base::Stage::message,
         .subject = finding,
         .text = "what was seen"}
    );
  }
  add({.kind = journal::Kind::ended, .ending = journal::Ending::quit});
  add({.kind = journal::Kind::observed});
  return past;
}

}  // namespace

TEST_CASE("every kind of finding is in the table, and nothing else") {
  std::set<std::string_view> known, weighed;
  for (const auto& row : smtp::finding_rows()) known.insert(row.name);
  for (const auto& kind : verify::finding_kinds()) weighed.insert(kind.name);
  CHECK(known == weighed);
  CHECK(verify::finding_kinds().size() == weighed.size());
}

TEST_CASE("a fault counts, a habit only if it is named") {
  std::string habits;
  for (const auto& kind : verify::finding_kinds()) {
    CAPTURE(kind.name);
    const bool fault = kind.weight == verify::FindingKind::Weight::fault;
    const Past past = past_with({std::string(kind.name)});
    CHECK(judged(past, "protocol") == (fault ? "fail" : "pass"));
    CHECK(judged(past, "protocol", fmt::format("kinds = '{}'", kind.name)) == "fail");
    CHECK(judged(past, "protocol", fmt::format("except = ['{}']", kind.name)) == "pass");
    if (!fault) habits += fmt::format("{}{}", habits.empty() ? "" : ", ", kind.name);
  }
  // The reference names them.
  const auto keys = verify::keys_of(*verify::find_check("protocol"));
  CHECK(keys.front().doc.find("not the habits: " + habits) != std::string_view::npos);
}

TEST_CASE("a client that keeps to the rules passes") {
  World world(deferring(1));
  CHECK(Sender(world).deliver({}, {10s}) == 250);
  const auto answer = world.judged("protocol");
  CHECK(answer == "pass: * rules: no violation in * commands");
  CHECK(answer.verdict.provisional);
  CHECK(world.so_far("protocol") == "open: 12 rules: no violation so far");
}

TEST_CASE("a client that breaks a rule is told which, where and how often") {
  World world(kHealthy);
  Line line(world);
  line.greeting();
  line.hello();
  CHECK(line.say("RCPT TO:<r@receiver.test>") == 503);
  CHECK(line.say("RCPT TO:<r@receiver.test>") == 503);
  line.leave(Goodbye::quit);
  const auto answer = world.judged("protocol");
  CHECK(answer == "fail: bad_sequence by 192.0.2.1 at rcpt* (2 times in all)");
  CHECK(answer.verdict.failed == 1);
  CHECK(answer.verdict.evidence.size() == 2);
  CHECK(world.judged("protocol", "except = 'bad_sequence'") == "pass");
  CHECK(world.judged("protocol", "kinds = ['bare_lf', 'smuggling']") == "pass: 1 rule: *");
}

TEST_CASE("each kind is a case of its own") {
  const Past past = past_with({"bare_lf", "bare_cr", "bare_lf"});
  const auto answer = judged(past, "protocol");
  CHECK(answer == "fail: bare_lf*, and 1 more");
  CHECK(answer.verdict.failed == 2);
  CHECK(answer.verdict.cases.at(1).who == "bare_cr");
}

TEST_CASE("where nothing was said there is nothing to judge") {
  World world(kHealthy);
  CHECK(world.judged("protocol") == "empty: nothing was said that these rules are about");
  CHECK(judged(past_with({}, 0), "protocol") == "empty");
  // Who talks too early has said something.
  CHECK(judged(past_with({"early_talker"}, 0), "protocol") == "fail");
}

TEST_CASE("a rule that nothing could have broken is not passed") {
  World greets(kHealthy);
  Line hello(greets);
  hello.greeting();
  hello.hello();
  hello.leave(Goodbye::quit);
  const char* const of_messages =
      "['dot_not_stuffed', 'smuggling', 'size_wrong', 'missing_date', 'missing_from', "
      "'missing_message_id', 'message_id_reused']";
  const auto asked = [](World& world, const std::string& kinds) {
    return world.judged("protocol", "kinds = " + kinds);
  };
  CHECK(asked(greets, of_messages) == "empty");
  CHECK(asked(greets, "'command_after_421'") == "empty");
  CHECK(asked(greets, "'ehlo_skipped'") == "empty");
  CHECK(asked(greets, "'plaintext_after_starttls'") == "empty");
  CHECK(asked(greets, "['smuggling', 'bare_lf']") == "pass: 1 rule: *");

  World sends(kHealthy);
  Sender(sends).attempt({});
  CHECK(asked(sends, "'smuggling'") == "pass: 1 rule: *");
  CHECK(asked(sends, "'command_after_421'") == "empty");

  World says_421(rule("at = 'mail'\nreply = '421 4.3.2 no'"));
  Sender(says_421).attempt({});
  CHECK(asked(says_421, "'command_after_421'") == "pass: 1 rule: *");
  CHECK(asked(says_421, of_messages) == "empty");
}

TEST_CASE("the rules of TLS are passed where a handshake came about") {
  World world("name = 't'\nserver = { extensions = ['STARTTLS'] }\n");
  const std::string of_tls = "kinds = ['ehlo_skipped', 'plaintext_after_starttls']";
  Line refuses(world);
  refuses.greeting();
  refuses.hello();
  refuses.starttls("no");
  CHECK(world.judged("protocol", of_tls) == "empty");
  Line shakes(world);
  shakes.greeting();
  shakes.hello();
  CHECK(shakes.starttls() == 220);
  shakes.hello();
  shakes.leave(Goodbye::quit);
  CHECK(world.judged("protocol", of_tls) == "pass: 2 rules: *");
}

TEST_CASE("without a kind that counts there is nothing to judge") {
  CHECK(judged(past_with({"nul"}), "protocol", "kinds = 'nul'\nexcept = 'nul'") == "empty");
}

TEST_CASE("a window of its own ends the waiting for a violation") {
  const Past past = past_with({});
  CHECK(judged(past, "protocol", "quiet = '1s'", false) == "pass");
  CHECK(judged(past, "protocol", "quiet = '1s'", false).verdict.provisional == false);
  const auto waiting = judged(past, "protocol", "quiet = '10s'", false);
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  CHECK(judged(past, "protocol", "quiet = '10s'", true) == "open");
  CHECK(judged(past, "protocol", "", false) == "open");
}

TEST_CASE("a selection looks at the connections of its attempts") {
  World world(deferring(9));
  Sender(world, {.client = "192.0.2.1"}).attempt({});
  Line line(world, {.client = "192.0.2.2"});
  line.greeting();
  line.hello();
  line.say("RCPT TO:<r@receiver.test>");
  line.mail({});
  line.rcpt("r@receiver.test");
  line.leave(Goodbye::quit);
  CHECK(world.judged("protocol") == "fail: *by 192.0.2.2*");
  CHECK(world.judged("protocol", "select = { client = '192.0.2.1' }") == "pass");
  CHECK(world.judged("protocol", "select = { client = '192.0.2.2' }") == "fail");
  CHECK(world.judged("protocol", "select = { client = '192.0.2.3' }") == "empty");
}

TEST_CASE("of a past with holes no rule is passed") {
  Past past = past_with({"bare_lf"});
  journal::Event lost = past.back();
  lost.seq = past.back().seq + 1;
  lost.kind = journal::Kind::dropped;
  lost.count = 3;
  past.push_back(lost);
  CHECK(judged(past, "protocol") == "fail");
  CHECK(judged(past, "protocol", "except = 'bare_lf'") == "blind: 3 events were lost*");
}

TEST_CASE("findings that were not kept make the rest blind") {
  Past past = past_with({});
  const journal::Event end = past.back();
  past.pop_back();
  for (std::size_t i = 0; i <= journal::Conduct::kMostFindings; ++i) {
    journal::Event finding = end;
    finding.seq = past.back().seq + 1;
    finding.kind = journal::Kind::finding;
    finding.subject = "nul";
    past.push_back(finding);
  }
  CHECK(judged(past, "protocol") == "fail: nul*");
  CHECK(
      judged(past, "protocol", "except = 'nul'") ==
      "blind: 9 rules: *1 findings or clients were not kept"
  );
}

TEST_CASE("an unknown kind of finding is told, with the one that is meant") {
  std::string told;
  try {
    static_cast<void>(expectation("protocol", "kinds = ['bare_fl']"));
  } catch (const std::invalid_argument& error) {
    told = error.what();
  }
  CHECK(told.find("bare_fl") != std::string::npos);
  CHECK(told.find("bare_lf") != std::string::npos);
}

TEST_CASE("what one client did is no occasion for another") {
  World world(rule("at = 'mail'\ntimes = 1\nreply = '550 5.7.1 no'"));
  Sender(world, {.client = "192.0.2.1"}).attempt({});
  Sender(world, {.client = "192.0.2.2"}).attempt({.id = "<2@s>"});
  const auto asked = [&](std::string_view kind, std::string_view client) {
    return world.judged(
        "protocol", fmt::format("kinds = '{}'\nselect = {{ client = '{}' }}", kind, client)
    );
  };
  CHECK(asked("smuggling", "192.0.2.1") == "empty");
  CHECK(asked("smuggling", "192.0.2.2") == "pass");
  CHECK(asked("bare_lf", "192.0.2.1") == "pass");
}

TEST_CASE("who was never seen to log in has not done it rightly") {
  World world("name = 't'\nserver = { extensions = ['AUTH PLAIN'] }\n");
  Sender(world).attempt({});
  CHECK(world.judged("protocol", "kinds = 'auth_in_clear'") == "empty");
  Line line(world);
  line.greeting();
  line.hello();
  line.say("AUTH PLAIN AGEAYg==");
  CHECK(world.judged("protocol", "kinds = 'auth_in_clear'") == "fail");
}

TEST_CASE("who was turned away unheard has kept no rule") {
  World world(rule("at = 'connect'\nreply = '554 5.7.1 no'"));
  Line line(world, {.client = "192.0.2.1"});
  CHECK(line.greeting() == 554);
  line.leave(Goodbye::fin);
  world.wait(1min);
  const std::string select = "select = { client = '192.0.2.1' }\n";
  CHECK(world.judged("protocol", select) == "empty");
  CHECK(world.judged("protocol", select + "quiet = '1ms'") == "empty");
}

TEST_CASE("who logs in inside TLS has not done it in clear") {
  World world("name = 't'\nserver = { extensions = ['STARTTLS', 'AUTH PLAIN'] }\n");
  Line line(world, {.client = "192.0.2.1"});
  line.greeting();
  line.hello();
  CHECK(line.starttls() == 220);
  line.hello();
  CHECK(line.say("AUTH PLAIN AGEAYg==") == 235);
  line.mail({});
  line.rcpt("r@receiver.test");
  line.leave(Goodbye::quit);
  const std::string asked = "kinds = ['auth_in_clear', 'ehlo_skipped']\n";
  CHECK(world.judged("protocol", asked) == "pass: 2 rules: *");
  CHECK(
      world.judged("protocol", asked + "select = { client = '192.0.2.1' }") == "pass: 2 rules: *"
  );
  CHECK(world.judged("protocol", asked + "select = { client = '192.0.2.2' }") == "empty");
}
