// What is wrong or odd in what a scenario says about logging in and TLS. Each row is one mistake in
// an otherwise good file.
#include <algorithm>

#include "asking.hpp"

using asking::findings;

namespace {

constexpr std::string_view kOffer =
    "[server]\nextensions = ['STARTTLS', 'AUTH PLAIN LOGIN', 'SIZE']\n";

// A rule with one more line, which is line 5, at a server that offers everything.
std::string rule(std::string_view stage, std::string_view line) {
  return fmt::format("{}[[rule]]\nat = '{}'\n{}\n", kOffer, stage, line);
}

struct Case {
  std::string name;
  std::string toml;
  std::string expected;  // without the file's name; empty: nothing
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    CAPTURE(c.name, c.toml);
    CHECK(findings(c.toml) == (c.expected.empty() ? "" : "x.toml:" + c.expected + "\n"));
  }
}

}  // namespace

TEST_CASE("mistakes in what is offered are reported") {
  // clang-format off
  check({
      {"misspelt", "[server]\nextensions = ['STARTLS']", "2:15: unknown extension 'STARTLS'; did you mean 'STARTTLS'?"},
      {"unknown", "[server]\nextensions = ['XYZZY']", "2:15: unknown extension 'XYZZY'; use PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, STARTTLS, AUTH, CHUNKING, BINARYMIME, DSN"},
      {"argument", "[server]\nextensions = ['STARTTLS now']", "2:15: STARTTLS takes no argument"},
      {"twice", "[server]\nextensions = ['AUTH PLAIN', 'auth LOGIN']", "2:29: AUTH is offered twice"},
      {"no mechanism", "[server]\nextensions = ['AUTH', 'DSN']", "2:15: AUTH needs its mechanisms; write \"AUTH PLAIN LOGIN\""},
      {"unknown mechanism", "[server]\nextensions = ['AUTH PLAIN CRAM-MD5']", "2:15: AUTH mechanism 'CRAM-MD5': not offered by this version; use PLAIN, LOGIN"},
      {"binary", "[server]\nextensions = ['BINARYMIME']", "2:14: BINARYMIME needs CHUNKING; offer both (RFC 3030 3)"},
      {"xclient", "[server]\nxclient = ['localhost']", "2:12: 'localhost' is not an IP address or network; write it as '192.0.2.0/24' or '2001:db8::/32'"},
  });
  // clang-format on
}

TEST_CASE("mistakes in auth and tls of the server are reported") {
  const std::string tls = "[server]\nextensions = ['STARTTLS']\n[server.tls]\n";
  // clang-format off
  check({
      {"unknown key", "[server.auth]\nuser = {}", "2:1: unknown key 'user' in [server.auth]; did you mean 'users'?"},
      {"no table", "[server]\nauth = true", "2:8: [server.auth] must be a table, not a boolean"},
      {"users", "[server.auth]\nusers = ['alice']", "2:9: 'users' must be a table, not a list"},
      {"password", "[server.auth]\nusers = { alice = 5 }", "2:19: 'users.alice' must be a string, not an integer"},
      {"empty password", "[server.auth]\nusers = { alice = '' }", "2:19: 'users.alice' must be 1 to 255 octets without NUL"},
      {"NUL", "[server.auth]\nusers = { alice = \"topsecret\\u0000\" }", "2:19: 'users.alice' must be 1 to 255 octets without NUL"},
      {"nameless", "[server.auth]\nusers = { '' = 'topsecret' }", "2:11: '' is no user name of 1 to 255 octets"},
      {"required", "[server.auth]\nrequired = 'yes'", "2:12: 'required' must be true or false, not a string"},
      {"needs TLS", "[server.auth]\nneeds_tls = true", "2:13: warning: no STARTTLS is offered here, so AUTH is for listeners that do TLS; add \"STARTTLS\" to extensions"},
      {"unused", "[server.tls]\ncertificate = 'weak'", "1:1: warning: no STARTTLS is offered here, so [server.tls] is for listeners that do TLS; add \"STARTTLS\" to extensions"},
      {"certificate", tls + "certificate = 'expried'", "4:15: 'certificate' cannot be 'expried'; did you mean 'expired'?"},
      {"version", tls + "min_version = 'TLS1.2'", "4:15: 'min_version' cannot be 'TLS1.2'; did you mean 'TLSv1.2'?"},
      {"versions", tls + "min_version = 'TLSv1.3'\nmax_version = 'TLSv1.2'", "3:1: min_version TLSv1.3 is newer than max_version TLSv1.2"},
      {"old maximum", tls + "max_version = 'TLSv1.0'", ""},
      {"ciphers", tls + "ciphers = ''", "4:11: 'ciphers' must be 1 to 4096 octets"},
      {"no cipher to choose", tls + "min_version = 'TLSv1.3'\nciphers = 'ALL'", "3:1: warning: 'ciphers' changes nothing: only TLSv1.3 is spoken; it is for TLSv1.2 and older"},
      {"unknown TLS key", tls + "cert = 'good'", "4:1: unknown key 'cert' in [server.tls]"},
  });
  // clang-format on
}

TEST_CASE("mistakes in rules at starttls and auth are reported") {
  // clang-format off
  check({
      {"early elsewhere", rule("mail", "reply = '451 4.3.0 No'\nearly = true"), "6:9: 'early' has no meaning at mail; it is for rules at auth"},
      {"early acceptance", rule("auth", "early = true\nreply = '235 2.7.0 Ok'"), "6:9: 235 cannot answer an AUTH command early: there are no credentials yet; use a 4yz or 5yz reply"},
      {"early accept", rule("auth", "early = true\ndo = [{ accept = true }]"), "6:18: an early rule cannot accept: there are no credentials yet; leave out early"},
      {"334", rule("auth", "reply = '334 VXNlcm5hbWU6'"), "5:9: 334 cannot answer auth; use a 2yz, 4yz or 5yz reply"},
      {"tls elsewhere", rule("mail", "do = [{ tls = { certificate = 'weak' } }]"), "5:15: 'tls' has no meaning at mail; it is for rules at starttls"},
      {"tls required", rule("starttls", "do = [{ tls = { required = true } }]"), "5:17: unknown key 'required' in 'tls'"},
      {"tls certificate", rule("starttls", "do = [{ tls = { certificate = 'none' } }]"), "5:31: 'certificate' cannot be 'none'; use one of good, self-signed, expired, not-yet-valid, wrong-name, weak"},
      {"tls twice", rule("starttls", "do = [{ tls = { certificate = 'weak' } }, { tls = { close_notify = false } }]"), "5:51: 'tls' stands twice in one rule; put all keys of the handshake into one"},
      {"alert elsewhere", rule("auth", "do = [{ alert = 'unknown_ca' }]"), "5:17: 'alert' has no meaning at auth; it is for rules at starttls"},
      {"alert", rule("starttls", "do = [{ alert = 'unkown_ca' }]"), "5:17: 'alert' cannot be 'unkown_ca'; did you mean 'unknown_ca'?"},
      {"alert after a refusal", rule("starttls", "do = [{ reply = '454 4.7.0 No' }, { alert = 'unknown_ca' }]"), "5:45: no handshake follows a refusal, so no alert can end it; accept with 220, or leave out the reply"},
      {"text before the handshake", rule("starttls", "do = [{ healthy = true }, { text = 'x' }]"), "5:29: 'text' after the reply breaks the handshake; put it before the reply, or end with close, reset, stall or alert"},
      {"await before the handshake", rule("starttls", "do = [{ reply = '220 Go' }, { await_input = true }]"), "5:31: 'await_input' after the reply breaks the handshake; put it before the reply, or end with close, reset, stall or alert"},
      {"delay before the handshake", rule("starttls", "do = [{ healthy = true }, { delay = '2s' }]"), ""},
      {"no text", rule("mail", "do = [{ text = '' }]"), "5:16: 'text' must be 1 to 65536 octets, not 0"},
      {"await nothing", rule("mail", "do = [{ await_input = false }]"), "5:23: 'await_input' can only be true; leave it out"},
      {"withhold elsewhere", rule("mail", "do = [{ withhold = 'SIZE' }]"), "5:20: 'withhold' has no meaning at mail; it is for rules at ehlo"},
      {"withhold", rule("ehlo", "do = [{ withhold = ['SIZE', 'STARTLS'] }]"), "5:29: 'withhold' cannot be 'STARTLS'; did you mean 'STARTTLS'?"},
      {"nothing to withhold", rule("ehlo", "do = [{ withhold = 'DSN' }]"), "5:20: warning: DSN is not offered, so there is nothing to withhold"},
      {"withhold nothing", rule("ehlo", "do = [{ withhold = [] }]"), "3:1: this rule does nothing; give it a reply or a do list"},
      {"auth_user at ehlo", rule("ehlo", "reply = '451 4.3.0 No'\nmatch = { auth_user = 'a' }"), "6:23: 'auth_user' is not known at ehlo; it is known from auth on"},
      {"auth_user at starttls", rule("starttls", "reply = '451 4.3.0 {auth_user}'"), "5:9: '{auth_user}' is not known at starttls; it is known from auth on"},
      {"early and late", rule("auth", "early = true\nreply = '454 4.7.0 a'\n[[rule]]\nat = 'auth'\nreply = '454 4.7.0 b'"), ""},
      {"two early", rule("auth", "early = true\nreply = '454 4.7.0 a'\n[[rule]]\nat = 'auth'\nearly = true\nreply = '454 4.7.0 b'"), "7:1: warning: this rule is never reached: 'rule-1' decides everything at auth"},
  });
  // clang-format on
}

TEST_CASE("rules that wait for what is not offered are reported") {
  // clang-format off
  check({
      {"auth", "[[rule]]\nat = 'auth'\nreply = '454 4.7.0 No'", "1:1: warning: no AUTH is offered here, so few clients meet this rule; add \"AUTH PLAIN LOGIN\" to extensions of [server]"},
      {"starttls", "[[rule]]\nat = 'starttls'\nreply = '454 4.7.0 No'", "1:1: warning: no STARTTLS is offered here, so this rule is for listeners that do TLS; add \"STARTTLS\" to extensions of [server]"},
      {"auth_user", "[[rule]]\nat = 'mail'\nmatch = { auth_user = 'a' }\nreply = '451 4.3.0 No'", "3:23: warning: 'auth_user' never matches: AUTH is not offered; add \"AUTH PLAIN LOGIN\" to extensions of [server]"},
      {"auth_user by XCLIENT", "[server]\nxclient = ['::1']\n[[rule]]\nat = 'mail'\nmatch = { auth_user = 'a' }\nreply = '451 4.3.0 No'", ""},
      {"offered", rule("auth", "reply = '454 4.7.0 No'"), ""},
  });
  // clang-format on
}

TEST_CASE("no finding quotes a password") {
  const auto text = findings(
      "[server.auth]\nusers = { alice = ['topsecret'], bob = { a = 'topsecret' }, '' = "
      "'topsecret', "
      "carol = \"topsecret\\u0000\" }\nrequried = true\n"
  );
  CAPTURE(text);
  CHECK(text.find("topsecret") == std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
}
