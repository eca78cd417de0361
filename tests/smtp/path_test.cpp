// Paths of MAIL and RCPT, and UTF-8.
#include "smtp/path.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using smtp::parse_path;
using smtp::PathKind;

namespace {

// `before`, then `c` `count` times, then `after`.
std::string run(std::string_view before, std::size_t count, char c, std::string_view after) {
  std::string text(before);
  text.append(count, c).append(after);
  return text;
}

// A domain of `length` octets in labels of 49.
std::string long_domain(std::size_t length) {
  std::string domain;
  while (domain.size() < length) domain += run("", 49, 'd', ".");
  domain.resize(length);
  if (domain.back() == '.') domain.back() = 'd';
  return domain;
}

}  // namespace

TEST_CASE("well-formed paths give their mailbox") {
  struct Row {
    const char* name;
    std::string text;
    std::string address;
    std::string rest = "";
    PathKind kind = PathKind::forward;
  };

  const std::vector<Row> rows = {
      {"plain", "<a@b.test>", "a@b.test"},
      {"case is kept", "<Joe.Doe@B.Test>", "Joe.Doe@B.Test"},
      {"parameters follow", "<a@b.test> SIZE=1", "a@b.test", " SIZE=1"},
      {"all atoms", "<!#$%&'*+-/=?^_`{|}~@b.test>", "!#$%&'*+-/=?^_`{|}~@b.test"},
      {"one label", "<a@localhost>", "a@localhost"},
      {"underscore", "<a@my_host.test>", "a@my_host.test"},
      {"null sender", "<>", "", "", PathKind::reverse},
      {"null sender and parameters", "<> BODY=7BIT", "", " BODY=7BIT", PathKind::reverse},
      {"bounce of a bounce", "<#@[]>", "#@[]", "", PathKind::reverse},
      {"postmaster", "<postmaster>", "postmaster"},
      {"postmaster in capitals", "<POSTMASTER>", "POSTMASTER"},
      {"quoted", "<\"joe doe\"@b.test>", "\"joe doe\"@b.test"},
      {"quoted with brackets", "<\"a>b@c\"@b.test>", "\"a>b@c\"@b.test"},
      {"quoted with pairs", "<\"a\\\"b\\\\\"@b.test>", "\"a\\\"b\\\\\"@b.test"},
      {"empty quotes", "<\"\"@b.test>", "\"\"@b.test"},
      {"IPv4 literal", "<a@[192.0.2.1]>", "a@[192.0.2.1]"},
      {"IPv6 literal", "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"},
      {"general literal", "<a@[x-tag:whatever]>", "a@[x-tag:whatever]"},
      {"source route", "<@r.test:a@b.test>", "a@b.test"},
      {"source route of two", "<@r.test,@s.test:a@b.test> X", "a@b.test", " X"},
      {"UTF-8", "<j\xC3\xBCrgen@b\xC3\xBC.test>", "j\xC3\xBCrgen@b\xC3\xBC.test"},
      {"longest local part", run("<", 64, 'l', "@b.test>"), run("", 64, 'l', "@b.test")},
      {"longest path", "<a@" + long_domain(252) + ">", "a@" + long_domain(252)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto path = parse_path(row.text, row.kind);
    CAPTURE(path ? std::string_view() : path.error());
    REQUIRE(path);
    CHECK(path->address == row.address);
    CHECK(path->rest == row.rest);
  }
}

TEST_CASE("ill-formed paths are told apart") {
  struct Row {
    const char* name;
    std::string text;
    std::string error;
    PathKind kind = PathKind::forward;
  };

  const std::vector<Row> rows = {
      {"nothing", "", "angle brackets"},
      {"no brackets", "a@b.test", "angle brackets"},
      {"no end", "<a@b.test", "closing bracket"},
      {"no end of a word", "<a", "closing bracket"},
      {"no recipient", "<>", "local part is malformed"},
      {"no local part", "<@b.test>", "source route"},
      {"no domain", "<a>", "lacks its domain"},
      {"a sender needs a domain", "<postmaster>", "lacks its domain", PathKind::reverse},
      {"empty domain", "<a@>", "domain is malformed"},
      {"bounce of a bounce as recipient", "<#@[]>", "domain is malformed"},
      {"leading dot", "<.a@b.test>", "local part is malformed"},
      {"trailing dot", "<a.@b.test>", "local part is malformed"},
      {"two dots", "<a..b@b.test>", "local part is malformed"},
      {"space", "<a b@b.test>", "local part is malformed"},
      {"two at signs", "<a@b@c.test>", "domain is malformed"},
      {"empty label", "<a@b..test>", "domain is malformed"},
      {"trailing dot of the domain", "<a@b.test.>", "domain is malformed"},
      {"hyphen first", "<a@-b.test>", "domain is malformed"},
      {"hyphen last", "<a@b-.test>", "domain is malformed"},
      {"exclamation", "<a@b!c>", "domain is malformed"},
      {"open quotes", "<\"a@b.test>", "local part is malformed"},
      {"pair without second", "<\"a\\", "local part is malformed"},
      {"text behind quotes", "<\"a\"b@c.test>", "local part is malformed"},
      {"bad IPv4", "<a@[192.0.2.256]>", "domain is malformed"},
      {"a name as literal", "<a@[here]>", "domain is malformed"},
      {"bad IPv6", "<a@[IPv6:zz]>", "domain is malformed"},
      {"open literal", "<a@[192.0.2.1>", "domain is malformed"},
      {"text behind a literal", "<a@[192.0.2.1]x>", "closing bracket"},
      {"route without colon", "<@r.test>", "source route"},
      {"route with empty hop", "<@r.test,:a@b.test>", "source route"},
      {"route and no mailbox", "<@r.test:>", "local part is malformed"},
      {"long local part", run("<", 65, 'l', "@b.test>"), "over 64 octets"},
      {"long label", run("<a@", 64, 'l', ".test>"), "domain is malformed"},
      {"long domain", "<a@" + long_domain(256) + ">", "domain is malformed"},
      {"long path", "<aa@" + long_domain(252) + ">", "over 256 octets"},
      {"Latin-1", "<j\xFCrgen@b.test>", "not UTF-8"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto path = parse_path(row.text, row.kind);
    REQUIRE_FALSE(path);
    CAPTURE(path.error());
    CHECK(path.error().find(row.error) != std::string_view::npos);
  }
}

TEST_CASE("UTF-8 is told from what is not") {
  CHECK(smtp::is_utf8("plain"));
  CHECK(smtp::is_utf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  CHECK_FALSE(smtp::is_utf8("\xC3"));
  CHECK_FALSE(smtp::is_utf8("\xA9"));
  CHECK_FALSE(smtp::is_utf8("\xC0\x80"));
  CHECK_FALSE(smtp::is_utf8("\xE0\x80\x80"));
  CHECK_FALSE(smtp::is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(smtp::is_utf8("\xF4\x90\x80\x80"));
  CHECK_FALSE(smtp::is_utf8("\xE2\x82x"));
  CHECK_FALSE(smtp::is_utf8("\xFF"));
}
