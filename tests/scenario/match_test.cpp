// What a match table matches: one row per key and form.
#include "asking.hpp"

using asking::Asked;
using asking::loaded;
using base::Stage;
using scenario::Counters;

namespace {

bool matches(std::string_view table, const Asked& asked) {
  const auto s = loaded(fmt::format(
      "[[rule]]\nat = '{}'\nmatch = {}\nreply = '451 4.3.0 No'\n", base::name_of(asked.stage), table
  ));
  Counters counters;
  return !asking::decide(s, counters, asked).fired.empty();
}

smtp::Envelope envelope_with(std::uint64_t declared_size, std::vector<smtp::Parameter> mail) {
  smtp::Envelope envelope;
  envelope.declared_size = declared_size;
  envelope.mail_parameters = std::move(mail);
  return envelope;
}

struct Case {
  std::string table;
  Asked asked;
  bool expected;
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    CAPTURE(c.table);
    CHECK(matches(c.table, c.asked) == c.expected);
  }
}

}  // namespace

TEST_CASE("addresses match by glob and expression") {
  // clang-format off
  check({
      {"{ recipient = 'r@receiver.test' }", {}, true},
      {"{ recipient = 'r@RECEIVER.test' }", {}, true},
      {"{ recipient = '*@receiver.test' }", {}, true},
      {"{ recipient = '*@other.test' }", {}, false},
      {"{ recipient = ['*@other.test', '?@receiver.test'] }", {}, true},
      {"{ recipient = 're:[a-z]@receiver\\\\.test' }", {}, false},
      {"{ recipient = 're:[a-z]@receiver[.]test' }", {}, true},
      {"{ recipient = 're:receiver' }", {}, false},
      {"{ recipient = 're:.*receiver.*' }", {}, true},
      {"{ recipient = 're:R@.*' }", {}, true},
      {"{ recipient_domain = 'Receiver.TEST' }", {}, true},
      {"{ recipient_domain = '*.test' }", {}, true},
      {"{ recipient_domain = 'test' }", {}, false},
      {"{ sender = 's@*' }", {}, true},
      {"{ sender_domain = 'sender.test' }", {}, true},
      {"{ sender_domain = 'receiver.test' }", {}, false},
      {"{ recipient = 'postmaster' }", {.recipients = {"postmaster"}}, true},
      {"{ recipient_domain = '*' }", {.recipients = {"postmaster"}}, true},
  });
  // clang-format on
}

TEST_CASE("clients match by network and greeting") {
  // clang-format off
  check({
      {"{ client = '192.0.2.0/24' }", {}, true},
      {"{ client = '192.0.2.1' }", {}, true},
      {"{ client = '192.0.3.0/24' }", {}, false},
      {"{ client = ['2001:db8::/32', '10.0.0.0/8'] }", {.client = "2001:db8::5"}, true},
      {"{ ehlo = 'client.*' }", {}, true},
      {"{ ehlo = 'other.*' }", {}, false},
  });
  // clang-format on
}

TEST_CASE("sizes and attempts match by range") {
  // clang-format off
  check({
      {"{ size = '1000..' }", {.stage = Stage::mail, .size = 1000}, true},
      {"{ size = '1KiB..' }", {.stage = Stage::mail, .size = 1000}, false},
      {"{ size = '..1KiB' }", {.stage = Stage::mail, .size = 1024}, true},
      {"{ size = '500..1000' }", {.stage = Stage::mail, .size = 1001}, false},
      {"{ size = ['..10', 1001] }", {.stage = Stage::mail, .size = 1001}, true},
      {"{ size = '..500' }", {.stage = Stage::mail, .size = 0}, false},
      {"{ size = '700..' }", {.stage = Stage::rcpt, .envelope = envelope_with(700, {})}, true},
      {"{ attempt = 2 }", {.attempt = 2}, true},
      {"{ attempt = 2 }", {.attempt = 3}, false},
      {"{ attempt = '2..' }", {.attempt = 3}, true},
      {"{ attempt = '..2' }", {.attempt = 3}, false},
  });
  // clang-format on
}

TEST_CASE("parameters match at MAIL and RCPT and later") {
  const auto with_mail = envelope_with(0, {{"ENVID", "a1"}});
  // clang-format off
  check({
      {"{ param.ENVID = 'a*' }", {.stage = Stage::mail, .parameters = {{"ENVID", "a1"}}}, true},
      {"{ param.envid = 'b*' }", {.stage = Stage::mail, .parameters = {{"ENVID", "a1"}}}, false},
      {"{ param.NOTIFY = 'NEVER' }", {.parameters = {{"NOTIFY", "NEVER"}}}, true},
      {"{ 'param.NOTIFY' = 'NEVER' }", {}, false},
      {"{ param.ENVID = '*' }", {.envelope = with_mail}, true},
      {"{ param.ENVID = '*' }", {.stage = Stage::data, .envelope = with_mail}, true},
  });
  // clang-format on
}

TEST_CASE("header fields match at message") {
  smtp::Message message;
  message.headers = "Subject: Hello\r\nX-Id: 1\r\nX-Id: 2\r\n\r\n";
  const Asked asked{.stage = Stage::message, .size = 5, .message = &message};
  // clang-format off
  check({
      {"{ header.Subject = 'hello' }", asked, true},
      {"{ header.x-id = '2' }", asked, true},
      {"{ 'header.X-Id' = '3' }", asked, false},
      {"{ header = { Subject = '*', X-Id = '1' } }", asked, true},
      {"{ header.X-None = '*' }", asked, false},
      {"{ size = 5 }", asked, true},
  });
  // clang-format on
}

TEST_CASE("keys are ANDed and not negates") {
  // clang-format off
  check({
      {"{ recipient = 'r@*', sender = 's@*' }", {}, true},
      {"{ recipient = 'r@*', sender = 't@*' }", {}, false},
      {"{ not = { recipient = 'r@*' } }", {}, false},
      {"{ not = { recipient = 'q@*' } }", {}, true},
      {"{ not = { recipient = 'r@*', sender = 't@*' } }", {}, true},
      {"{ not = [{ recipient = 'q@*' }, { sender = 's@*' }] }", {}, false},
      {"{ recipient = 'r@*', not = { not = { sender = 's@*' } } }", {}, true},
  });
  // clang-format on
}

TEST_CASE("at data a recipient matches if any accepted one does") {
  const Asked two{.stage = Stage::data, .recipients = {"a@x.test", "b@y.test"}};
  // clang-format off
  check({
      {"{ recipient = 'b@*' }", two, true},
      {"{ recipient = 'c@*' }", two, false},
      // Both keys must hold for the same recipient.
      {"{ recipient = 'a@*', recipient_domain = 'y.test' }", two, false},
      {"{ not = { recipient = 'b@*' } }", two, false},
      {"{ recipient = 'a@*', not = { recipient = 'b@*' } }", two, false},
  });
  // clang-format on
}

TEST_CASE("TLS and who has logged in are there to match") {
  const Asked alice{.stage = Stage::mail, .auth_user = "alice@any.test"};
  // clang-format off
  check({
      {"{ tls = true }", {.tls = true}, true},
      {"{ tls = true }", {.tls = false}, false},
      {"{ tls = false }", {.tls = false}, true},
      {"{ tls = false }", {.tls = true}, false},
      {"{ tls = true }", {.stage = Stage::connect, .tls = true}, true},
      {"{ not = { tls = true } }", {.stage = Stage::ehlo}, true},
      {"{ auth_user = 'ALICE@*' }", alice, true},
      {"{ auth_user = ['bob', 'alice@any.test'] }", alice, true},
      {"{ auth_user = 'bob' }", alice, false},
      {"{ not = { auth_user = 'bob' } }", alice, true},
      {"{ auth_user = 'bob' }", {.stage = Stage::auth, .auth_user = "bob"}, true},
      // Nobody is nobody, and no pattern names nobody.
      {"{ auth_user = '*' }", {.stage = Stage::mail}, false},
      {"{ auth_user = 're:.*' }", {.stage = Stage::quit}, false},
      {"{ not = { auth_user = '*' } }", {.stage = Stage::mail}, true},
      {"{ tls = true, auth_user = '*' }", alice, false},
  });
  // clang-format on
}
