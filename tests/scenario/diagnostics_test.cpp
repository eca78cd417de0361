// What is wrong or odd in a scenario, with its place and hint. Each row is one mistake in an
// otherwise good file.
#include "asking.hpp"

using asking::findings;

namespace {

struct Case {
  std::string name;
  std::string toml;
  std::string expected;  // without the file's name
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    CAPTURE(c.name, c.toml);
    CHECK(findings(c.toml) == (c.expected.empty() ? "" : "x.toml:" + c.expected + "\n"));
  }
}

// A rule at `stage` with one more line, which is line 3.
std::string rule(std::string_view stage, std::string_view line) {
  return fmt::format("[[rule]]\nat = '{}'\n{}\n", stage, line);
}

std::string rule(std::string_view line) {
  return rule("rcpt", line);
}

// Line 4 of a rule that is complete.
std::string refusing(std::string_view line) {
  return rule("reply = '451 4.3.0 No'\n" + std::string(line));
}

}  // namespace

TEST_CASE("five different mistakes in one file are all reported in order") {
  CHECK(
      findings("name = 'bad'\n"
               "[[phase]]\n"
               "name = 'full'\n"
               "for = '5 parsecs'\n"
               "[[rule]]\n"
               "at = 'rctp'\n"
               "delya = '2s'\n"
               "reply = '451 4.3.0 No'\n"
               "[[rule]]\n"
               "at = 'rcpt'\n"
               "chance = 1.5\n"
               "during = 'ful'\n"
               "reply = '354 Go'\n")
          .substr(0, 11) == "x.toml:4:7:"
  );
  const auto text = findings(
      "[[phase]]\n"
      "name = 'full'\n"
      "[[rule]]\n"
      "at = 'rctp'\n"
      "delya = '2s'\n"
      "reply = '451 4.3.0 No'\n"
      "[[rule]]\n"
      "at = 'rcpt'\n"
      "chance = 1.5\n"
      "during = 'ful'\n"
      "reply = '354 Go'\n"
  );
  CHECK(
      text ==
      "x.toml:4:6: 'at' cannot be 'rctp'; did you mean 'rcpt'?\n"
      "x.toml:5:1: unknown key 'delya' in [[rule]]; did you mean 'delay'?\n"
      "x.toml:9:10: 'chance' must be between 0 and 1, not 1.5\n"
      "x.toml:10:10: unknown phase 'ful'; did you mean 'full'?\n"
      "x.toml:11:9: 354 cannot answer rcpt; 354 belongs to data\n"
  );
}

TEST_CASE("mistakes at the top level and in its tables are reported") {
  // clang-format off
  check({
      {"empty file", "", ""},
      {"unknown key", "nmae = 'x'", "1:1: unknown key 'nmae' in a scenario; did you mean 'name'?"},
      {"expectation", "[[expect]]\ncheck = 'retired'", "2:9: there is no check 'retired'; did you mean 'retried'?"},
      {"model", "[storage]\ncapacity = 5", "1:2: 'storage' is not supported by this version"},
      {"empty name", "name = ''", "1:8: 'name' must not be empty"},
      {"negative seed", "seed = -1", "1:8: 'seed' must be at least 0, not -1"},
      {"rule is no list", "[rule]\nat = 'rcpt'", "1:1: 'rule' must be a list, not a table"},
      {"rule is no table", "rule = [5]", "1:9: [[rule]] must be a table, not an integer"},
      {"server is no table", "server = 5", "1:10: [server] must be a table, not an integer"},
      {"persona", "[server]\npersona = 'gmail'", "2:1: 'persona' is not supported by this version"},
      {"capture", "[server]\ncapture = 'some'", "2:11: 'capture' cannot be 'some'; use one of all, headers, none"},
      {"hostname", "[server]\nhostname = 'a b'", "2:12: 'hostname' has a space: 'a b'"},
      {"misspelt extension", "[server]\nextensions = ['PIPELNING']", "2:15: unknown extension 'PIPELNING'; did you mean 'PIPELINING'?"},
      {"SIZE", "[server]\nextensions = ['SIZE 10MiB']", "2:15: '10MiB' is no size in octets; write \"SIZE 10485760\", or \"SIZE\" for no fixed maximum"},
      {"argument", "[server]\nextensions = ['8BITMIME yes']", "2:15: 8BITMIME takes no argument"},
      {"end of data", "[server]\nend_of_data = 'loose'", "2:15: 'end_of_data' cannot be 'loose'; use one of strict, lax"},
      {"recipients", "[server]\nmax_recipients = 0", "2:18: 'max_recipients' must be 1 to 100000, not 0"},
      {"idle", "[server]\nidle_timeout = '0s'", "2:16: 'idle_timeout' must be more than 0s"},
      {"scale", "[time]\nscale = 0", "2:9: 'scale' must be between 1e-06 and 1000000, not 0"},
      {"wire", "[time]\nwire = 'fast'", "2:8: 'wire' cannot be 'fast'; use one of real, scaled"},
      {"delivery key", "[delivery]\nkey = ['sender', 'recipent', 'header.X-Id', 'header.']", "2:18: unknown part 'recipent' of the delivery key; did you mean 'recipient'?\nx.toml:2:45: unknown part 'header.' of the delivery key; use sender, recipient, envid, message_id, header.NAME or param.NAME"},
      {"no delivery key", "[delivery]\nkey = []", "2:7: 'key' must not be an empty list"},
      {"nameless phase", "[[phase]]\nfor = '5m'\n[[phase]]\nname = 'b'", "1:1: [[phase]] needs 'name'"},
      {"two phases", "[[phase]]\nname = 'a'\n[[phase]]\nname = 'a'", "4:8: two phases are named 'a'"},
      {"empty phase", "[[phase]]\nname = 'a'\nfor = '0s'\n[[phase]]\nname = 'b'", "3:7: 'for' must be more than 0s"},
      {"last phase", "[[phase]]\nname = 'a'\nfor = '5m'", "3:7: warning: the last phase stays: its 'for' changes nothing; name the phase that follows it"},
  });
  // clang-format on
}

TEST_CASE("mistakes in a rule are reported") {
  // clang-format off
  check({
      {"no stage", "[[rule]]\nreply = '451 4.3.0 No'", "1:1: [[rule]] needs 'at'"},
      {"no action", "[[rule]]\nat = 'rcpt'", "1:1: this rule does nothing; give it a reply or a do list"},
      {"empty do", rule("do = []"), "1:1: this rule does nothing; give it a reply or a do list"},
      {"action outside do", refusing("reset = true"), "4:1: unknown key 'reset' in [[rule]]; write do = [{ reset = ... }]"},
      {"reply and do", refusing("do = [{ delay = '2s' }]"), "3:1: 'reply' and 'do' exclude each other; put it into do"},
      {"reply and replies", refusing("replies = ['451 4.3.0 No']"), "4:1: 'reply' and 'replies' exclude each other"},
      {"match key outside match", refusing("recipient = 'a@*'"), "4:1: unknown key 'recipient' in [[rule]]; it belongs in match = { recipient = ... }"},
      {"header outside match", refusing("header.Subject = 'a*'"), "4:1: unknown key 'header' in [[rule]]; it belongs in match = { header = ... }"},
      {"quoted header outside match", refusing("'header.Subject' = 'a*'"), "4:1: unknown key 'header.Subject' in [[rule]]; it belongs in match = { header.Subject = ... }"},
      {"action and match key", refusing("tls = true"), "4:1: unknown key 'tls' in [[rule]]; write do = [{ tls = ... }], or match = { tls = ... }"},
      {"for", refusing("for = '2h'"), "4:1: unknown key 'for' in [[rule]]; a rule ends with until = ...; phases have 'for'"},
      {"times and next", refusing("times = 2\nnext = 3"), "5:8: 'next' and 'times' exclude each other"},
      {"next and per", refusing("per = 'client'\nnext = 3"), "5:8: 'next' and 'per' exclude each other; next counts for the whole receiver"},
      {"times", refusing("times = 0"), "4:9: 'times' must be 1 to 1000000000, not 0"},
      {"chance", refusing("chance = -0.1"), "4:10: 'chance' must be between 0 and 1, not -0.1"},
      {"phase without phases", refusing("during = 'full'"), "4:10: unknown phase 'full'; the scenario has no phases"},
      {"until before from", refusing("from = '5m'\nuntil = '5m'"), "5:9: 'until' (5m) must be later than 'from' (5m)"},
      {"window and period", refusing("until = '2h'\nevery = '1h'"), "5:9: 'from' and 'until' must lie within one period of 'every'"},
      {"no period", refusing("every = '0s'"), "4:9: 'every' must be more than 0s"},
      {"two names", "[[rule]]\nname = 'a'\nat = 'rcpt'\ntimes = 1\nreply = '451 4.3.0 No'\n[[rule]]\nname = 'a'\nat = 'mail'\nreply = '451 4.3.0 No'", "7:8: two rules are named 'a'; an unnamed rule is rule-K by its place in the file"},
      {"taken name", "[[rule]]\nname = 'rule-2'\nat = 'rcpt'\ntimes = 1\nreply = '451 4.3.0 No'\n[[rule]]\nat = 'mail'\nreply = '451 4.3.0 No'", "6:1: two rules are named 'rule-2'; an unnamed rule is rule-K by its place in the file"},
      {"unreachable", refusing("[[rule]]\nat = 'rcpt'\nreply = '452 4.3.1 Full'"), "4:1: warning: this rule is never reached: 'rule-1' decides everything at rcpt"},
      {"reachable by the null sender", refusing("[[rule]]\nat = 'rcpt'\nmatch = { sender = '<>' }\nreply = '452 4.3.1 Full'"), ""},
      {"per", refusing("per = 'recpient'"), "4:7: 'per' cannot be 'recpient'; did you mean 'recipient'?"},
      {"per at connect", rule("connect", "reply = '451 4.3.0 No'\nper = 'recipient'"), "4:7: per = \"recipient\" is not known at connect; it is known at rcpt, data and message"},
      {"per at noop", rule("noop", "reply = '451 4.3.0 No'\nper = 'sender'"), "4:7: per = \"sender\" is not known at noop; it is known at mail, rcpt, data and message"},
  });
  // clang-format on
}

TEST_CASE("a rule is not called unreachable while something was not understood") {
  const auto misspelt = refusing("match = { recipent = 'a' }\n");
  const std::string next = "[[rule]]\nat = 'rcpt'\nreply = '452 4.3.1 Full'\n";
  CHECK(
      findings(misspelt + next) ==
      "x.toml:4:11: unknown key 'recipent' in match; did you mean 'recipient'?\n"
  );
  CHECK(findings(refusing(next)).find("never reached") != std::string::npos);
}

TEST_CASE("mistakes in replies are reported") {
  // clang-format off
  check({
      {"354 at starttls", rule("starttls", "reply = '354 Go'"), "1:1: warning: no STARTTLS is offered here, so this rule is for listeners that do TLS; add \"STARTTLS\" to extensions of [server]\nx.toml:3:9: 354 cannot answer starttls; 354 belongs to data"},
      {"354 at rcpt", rule("reply = '354 Go'"), "3:9: 354 cannot answer rcpt; 354 belongs to data"},
      {"334 at mail", rule("mail", "reply = '334 Go'"), "3:9: 334 cannot answer mail; use a 2yz, 4yz or 5yz reply"},
      {"250 at data", rule("data", "reply = '250 Ok'"), "3:9: 250 cannot answer data; data is accepted with 354"},
      {"persona", rule("reply = { condition = 'full' }"), "3:9: a reply by condition needs a persona: not supported by this version; write the reply as on the wire"},
      {"integer", rule("reply = 451"), "3:9: a reply must be a string or a list of strings, not an integer"},
      {"no replies", rule("replies = []"), "3:11: 'replies' must not be empty"},
      {"unknown placeholder", rule("reply = '451 4.3.0 {recipent}'"), "3:9: unknown placeholder '{recipent}'; did you mean '{recipient}'?"},
      {"strange placeholder", rule("reply = '451 4.3.0 {x y}'"), "3:9: unknown placeholder '{x y}'; use one of {recipient} {recipient_domain} {sender} {client} {auth_user} {hostname} {connection} {attempt} {retry_after}; a literal brace is doubled"},
      {"open brace", rule("reply = '451 4.3.0 {recipient'"), "3:9: '{' stands alone in '451 4.3.0 {recipient'; a literal brace is doubled"},
      {"closing brace", rule("reply = '451 4.3.0 }'"), "3:9: '}' stands alone in '451 4.3.0 }'; a literal brace is doubled"},
      {"doubled braces", rule("reply = '451 4.3.0 {{}}'"), ""},
      {"placeholder too early", rule("mail", "reply = '451 4.3.0 <{recipient}>'"), "3:9: '{recipient}' is not known at mail; it is known at rcpt, data and message"},
  });
  // clang-format on
}

TEST_CASE("odd but legal replies are warnings") {
  const auto odd = GENERATE("554 5.3.1 Full", "441 4.3.1 Full", "452 5.2.2 Full", "550 4.2.1 No");
  const auto text = findings(rule(fmt::format("reply = '{}'", odd)));
  CAPTURE(text);
  CHECK(text.substr(0, 20) == "x.toml:3:9: warning:");
  CHECK(asking::loaded(rule(fmt::format("reply = '{}'", odd))).rules.size() == 1);
}

TEST_CASE("mistakes in actions are reported") {
  // clang-format off
  check({
      {"unknown", rule("do = [{ dealy = '2s' }]"), "3:9: unknown key 'dealy' in do; did you mean 'delay'?"},
      {"bounce", rule("do = [{ bounce = '5.3.1' }]"), "3:9: 'bounce' is not supported by this version"},
      {"two keys", rule("do = [{ delay = '2s', reset = true }]"), "3:7: an element of do has one action, this one 2; write do = [{ delay = \"2s\" }, { reply = \"451 4.3.2 Busy\" }]"},
      {"no table", rule("do = ['reset']"), "3:7: an element of do must be a table, not a string; write do = [{ delay = \"2s\" }, { reply = \"451 4.3.2 Busy\" }]"},
      {"no list", rule("do = { reset = true }"), "3:6: 'do' must be a list, not a table"},
      {"delay", rule("do = [{ delay = 2 }]"), "3:17: 'delay' must be a duration such as \"2s\", not an integer; write \"2s\" for seconds"},
      {"three delays", rule("delay = ['1s', '2s', '3s']"), "3:9: 'delay' as a list must be [least, most]"},
      {"delay reversed", rule("delay = ['3s', '2s']"), "3:9: 'delay' has its longer duration first"},
      {"drip", rule("do = [{ drip = '0s' }]"), "3:16: 'drip' must be more than 0s"},
      {"drip pieces", rule("do = [{ drip = { bytes = 0, evry = '1s' } }]"), "3:16: 'drip' needs 'every'\nx.toml:3:26: 'bytes' must be 1 to 4294967295 octets, not 0\nx.toml:3:29: unknown key 'evry' in 'drip'; did you mean 'every'?"},
      {"slow_read", rule("do = [{ slow_read = '1s' }]"), "3:21: 'slow_read' must be a table, not a string"},
      {"garbage", rule("do = [{ garbage = '2MiB' }]"), "3:19: 'garbage' must be 1 to 1048576 octets, not 2097152"},
      {"reset false", rule("do = [{ reset = false }]"), "3:17: 'reset' can only be true; leave it out"},
      {"healthy false", rule("do = [{ healthy = false }]"), "3:19: 'healthy' can only be true; leave it out"},
      {"after the end", rule("do = [{ close = true }, { reply = '451 4.3.0 No' }]"), "3:27: 'reply' follows the end of the connection; nothing but a note can"},
      {"accept after the end", rule("do = [{ reset = true }, { accept = true }]"), "3:27: 'accept' follows the end of the connection; put accept first"},
      {"two replies", rule("do = [{ reply = '451 4.3.0 No' }, { healthy = true }]"), "3:37: a rule sends one reply, this is the second"},
      {"late truncate", rule("do = [{ reply = '451 4.3.0 No' }, { truncate = 2 }]"), "3:37: 'truncate' comes too late, the reply was sent before it; put it before the reply"},
      {"two accepts", rule("do = [{ accept = true }, { accept = false }]"), "3:37: a rule accepts or refuses once, this is the second accept"},
      {"close = false alone", rule("close = false"), "1:1: close = false changes nothing; it keeps the connection open after a 421 reply"},
      {"note", rule("do = [{ note = '{nmae}' }]"), "3:16: unknown placeholder '{nmae}'; use one of {recipient} {recipient_domain} {sender} {client} {auth_user} {hostname} {connection} {attempt} {retry_after}; a literal brace is doubled"},
  });
  // clang-format on
}

TEST_CASE("mistakes in a match are reported") {
  // clang-format off
  check({
      {"unknown", refusing("match = { recipent = 'a' }"), "4:11: unknown key 'recipent' in match; did you mean 'recipient'?"},
      {"no table", refusing("match = 'a'"), "4:9: match must be a table, not a string"},
      {"recipient at mail", rule("mail", "reply = '451 4.3.0 No'\nmatch = { recipient = 'a' }"), "4:23: 'recipient' is not known at mail; it is known at rcpt, data and message"},
      {"header at data", rule("data", "reply = '451 4.3.0 No'\nmatch = { header.Subject = 'a' }"), "4:28: 'header.Subject' is not known at data; it is known at message only"},
      {"size at connect", rule("connect", "reply = '451 4.3.0 No'\nmatch = { size = '1MiB..' }"), "4:18: 'size' is not known at connect; it is known at mail, rcpt, data and message"},
      {"not", rule("mail", "reply = '451 4.3.0 No'\nmatch = { not = { attempt = 1 } }"), "4:29: 'attempt' is not known at mail; it is known at rcpt, data and message"},
      {"ehlo at connect", rule("connect", "reply = '451 4.3.0 No'\nmatch = { ehlo = 'a' }"), "4:18: 'ehlo' is not known at connect; it is known from ehlo on"},
      {"expression", refusing("match = { recipient = ['*', 're:a(b'] }"), "4:29: 're:a(b' is no regular expression: missing ): 'a(b'"},
      {"large expression", refusing("match = { recipient = 're:((a{100}){100}){100}' }"), "4:23: 're:((a{100}){100}){100}' is no regular expression: invalid repetition size: '{100}'"},
      {"range", refusing("match = { attempt = '3..1' }"), "4:21: the range '3..1' is empty; its larger bound stands first"},
      {"no range", refusing("match = { attempt = '..' }"), "4:21: a range needs a bound; write \"5..\", \"..9\" or \"5..9\""},
      {"attempt with unit", refusing("match = { attempt = '3KiB' }"), "4:21: '3KiB' is no number"},
      {"negative size", refusing("match = { size = -1 }"), "4:18: 'size' must be a number or a range, not an integer; write 5, \"5..\", \"..9\" or \"5..9\""},
      {"empty list", refusing("match = { recipient = [] }"), "4:23: 'recipient' must not be an empty list"},
  });
  // clang-format on
}

TEST_CASE("what other folders find wrong is reported at its place") {
  const auto [toml, place] = GENERATE(table<std::string, std::string>({
      {rule("reply = 'Mailbox full'"), "x.toml:3:9: reply 'Mailbox full' does not"},
      {rule("reply = ['451-4.3.0 a', '451-4.3.0 b']"), "x.toml:3:9: "},
      {refusing("match = { client = ['::1', '192.0.2.0/33'] }"), "x.toml:4:28: '192.0.2.0/33' "},
  }));
  CHECK(findings(toml).substr(0, place.size()) == place);
}

TEST_CASE("JSON has the same checks and names places by pointers") {
  const auto json = scenario::load_json(
      R"({"rule": [{"at": "rctp", "delya": "2s", "reply": "451 4.3.0 No"},
                   {"at": "rcpt", "do": [{"delay": "2s"}, {"reply": "354 Go"}]}]})",
      "body"
  );
  CHECK_FALSE(json.ok());
  CHECK(
      asking::text_of(json.diagnostics) ==
      "body:/rule/0/at: 'at' cannot be 'rctp'; did you mean 'rcpt'?\n"
      "body:/rule/0/delya: unknown key 'delya' in [[rule]]; did you mean 'delay'?\n"
      "body:/rule/1/do/1/reply: 354 cannot answer rcpt; 354 belongs to data\n"
  );
}
