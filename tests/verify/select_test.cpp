// Select tables: what each key holds of an attempt.
#include "verify/select.hpp"

#include "document/parse.hpp"
#include "support/catch.hpp"

using journal::Attempt;
using journal::Outcome;
using journal::Scope;
using verify::Select;

namespace {

struct Read {
  Select select{};
  std::string findings{};
};

Read read(const std::string& keys) {
  document::Diagnostics sink("x");
  const auto root = document::parse_toml("select = { " + keys + " }", sink);
  Read result;
  if (root) result.select = Select::read(*root->find("select"), sink);
  for (const auto& found : sink.take()) result.findings += base::to_string(found) + "\n";
  return result;
}

Attempt sample() {
  Attempt attempt;
  attempt.scope = Scope::delivery;
  attempt.outcome = Outcome::deferred;
  attempt.client = "192.0.2.7";
  attempt.sender = "a@Sender.test";
  attempt.recipient = "r@Receiver.test";
  attempt.code = 452;
  attempt.enhanced = "4.3.1";
  attempt.phase = "full";
  attempt.rule = "disk";
  return attempt;
}

}  // namespace

TEST_CASE("each key of select holds or does not") {
  struct Row {
    const char* keys;
    bool matches;
  };

  const auto row = GENERATE(
      Row{"", true},
      Row{"recipient = 'R@receiver.TEST'", true},
      Row{"recipient = '*@receiver.test'", true},
      Row{"recipient = ['x@y', 're:r@.*']", true},
      Row{"recipient = 'receiver.test'", false},
      Row{"recipient_domain = 'receiver.test'", true},
      Row{"recipient_domain = 'sender.test'", false},
      Row{"sender = 'a@*'", true},
      Row{"sender = 'b@*'", false},
      Row{"sender = '<>'", false},
      Row{"sender_domain = ['x.test', 'sender.test']", true},
      Row{"sender_domain = 'x.test'", false},
      Row{"client = '192.0.2.7'", true},
      Row{"client = ['198.51.100.0/24', '192.0.2.0/24']", true},
      Row{"client = '198.51.100.0/24'", false},
      Row{"outcome = 'deferred'", true},
      Row{"outcome = ['lost', 'deferred']", true},
      Row{"outcome = 'accepted'", false},
      Row{"outcome = 'rejected'", false},
      Row{"outcome = 'lost'", false},
      Row{"outcome = 'abandoned'", false},
      Row{"code = 452", true},
      Row{"code = '45?'", true},
      Row{"code = '4.3.*'", true},
      Row{"code = [550, '4.3.1']", true},
      Row{"code = 451", false},
      Row{"code = '4.3'", false},
      Row{"phase = 'full'", true},
      Row{"phase = 'healthy'", false},
      Row{"rule = 'd*'", true},
      Row{"rule = 'other'", false},
      Row{"code = 452, phase = 'healthy'", false},
      Row{"code = 452, phase = 'full'", true},
      Row{"not = { code = 451 }", true},
      Row{"not = { code = 452 }", false},
      Row{"not = { code = 452, phase = 'healthy' }", true},
      Row{"not = [{ code = 451 }, { phase = 'full' }]", false},
      Row{"code = 452, not = { rule = 'disk' }", false}
  );
  INFO(row.keys);
  const auto result = read(row.keys);
  CHECK(result.findings == "");
  CHECK(result.select.matches(sample()) == row.matches);
}

TEST_CASE("each outcome is selected by its name alone") {
  const std::pair<const char*, Outcome> all[] = {
      {"accepted", Outcome::accepted},
      {"deferred", Outcome::deferred},
      {"rejected", Outcome::rejected},
      {"lost", Outcome::lost},
      {"abandoned", Outcome::abandoned}};
  for (const auto& [name, outcome] : all) {
    const auto select = read(std::string("outcome = '") + name + "'").select;
    for (const auto& other : all) {
      INFO(name << " " << other.first);
      Attempt attempt = sample();
      attempt.outcome = other.second;
      CHECK(select.matches(attempt) == (other.second == outcome));
    }
  }
}

TEST_CASE("the null sender is selected by its name alone") {
  Attempt attempt = sample();
  attempt.sender.clear();
  CHECK_FALSE(read("").select.matches(attempt));
  CHECK_FALSE(read("sender = '*'").select.matches(attempt));
  CHECK_FALSE(read("code = 452").select.matches(attempt));
  CHECK_FALSE(read("not = { sender = '<>' }").select.matches(attempt));
  CHECK(read("sender = '<>'").select.matches(attempt));
  CHECK(read("sender = ['<>', 'a@*']").select.matches(attempt));
  CHECK(read("sender = ['<>', 'a@*']").select.matches(sample()));
}

TEST_CASE("an attempt before MAIL has no sender to leave out") {
  Attempt attempt = sample();
  attempt.scope = Scope::client;
  attempt.sender.clear();
  attempt.recipient.clear();
  CHECK(read("").select.matches(attempt));
  CHECK(read("code = 452").select.matches(attempt));
  CHECK_FALSE(read("recipient = '*@x.test'").select.matches(attempt));
}

TEST_CASE("an attempt without a reply has no code") {
  Attempt attempt = sample();
  attempt.code = 0;
  attempt.enhanced.clear();
  CHECK_FALSE(read("code = '*'").select.matches(attempt));
  CHECK(read("not = { code = '*' }").select.matches(attempt));
}

TEST_CASE("select names what is wrong with it") {
  CHECK(read("recipent = 'x'").findings.find("did you mean 'recipient'?") != std::string::npos);
  CHECK(read("outcome = 'defered'").findings.find("'deferred'") != std::string::npos);
  CHECK(read("outcome = 'open'").findings != "");
  CHECK(read("code = 'x52'").findings.find("'x52' is no reply code") != std::string::npos);
  CHECK(read("client = 'nowhere'").findings.find("nowhere") != std::string::npos);
  CHECK(read("recipient = 're:('").findings != "");
  CHECK(read("recipient = []").findings != "");
  CHECK(read("ehlo = 'x'").findings.find("not supported by this version") != std::string::npos);
}

TEST_CASE("a wrong key inside not is reported too") {
  CHECK(read("not = { recipent = 'x' }").findings.find("recipent") != std::string::npos);
}

TEST_CASE("select tells its phases") {
  CHECK(
      read("phase = ['full', 'd*'], code = 452").select.phases() ==
      std::vector<std::string>{"full", "d*"}
  );
  CHECK(read("code = 452").select.phases().empty());
}
