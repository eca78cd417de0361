// Dialogues cut in two at every place, and octet by octet, tell the same as whole.
#include <string>
#include <vector>

#include "smtp/encoded.hpp"
#include "smtp/talk.hpp"
#include "smtp/told.hpp"
#include "support/catch.hpp"

using smtp::Profile;
using smtp_test::base64;
using smtp_test::plain;
using smtp_test::Talk;
using smtp_test::told_by;
using namespace std::string_literals;

namespace {

struct Row {
  const char* name;
  Profile profile;
  std::string stream;
};

const smtp::Authentication kUsers{
    .mechanisms = {"PLAIN", "LOGIN"}, .users = {{{"alice", "secret"}}}};
const std::string kEnvelope =
    "MAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\nRCPT TO:<c@c.test>\r\n";

std::vector<Row> rows() {
  const Profile auth{.auth = kUsers};
  const Profile chunking{.chunking = true, .binary_mime = true};
  const Profile lmtp{.protocol = smtp::Protocol::lmtp, .chunking = true};
  const Profile tls{.starttls = smtp::StartTls::required, .auth = kUsers};
  const auto right = plain("alice", "secret");
  std::vector<Row> rows;
  const auto add = [&](const char* name, const Profile& profile, std::string stream) {
    rows.push_back({name, profile, std::move(stream)});
  };
  add("PLAIN in one line", auth, "EHLO c.test\r\nAUTH PLAIN " + right + "\r\nNOOP\r\n");
  add("PLAIN in two lines", auth, "EHLO c.test\r\nAUTH PLAIN\r\n" + right + "\r\n" + kEnvelope);
  add("LOGIN",
      auth,
      "EHLO c.test\r\nAUTH LOGIN\r\n" + base64("alice") + "\r\n" + base64("guess") +
          "\r\nAUTH LOGIN " + base64("alice") + "\r\n" + base64("secret") + "\r\nNOOP\r\n");
  add("cancelled and ill-formed",
      auth,
      "EHLO c.test\r\nAUTH LOGIN\r\n*\r\nAUTH PLAIN\r\nQUIT\r\nAUTH PLAIN\n=\n%%%\r\nNOOP\r\n");
  add("a response that is too long",
      auth,
      "EHLO c.test\r\nAUTH PLAIN\r\n" + std::string(12300, 'A') + "\r\nNOOP\r\n");
  add("chunks",
      chunking,
      "EHLO c.test\r\n" + kEnvelope +
          "BDAT 9\r\nA: b\r\n\r\n.BDAT 5\r\n\r\n.\r\nBDAT 3 LAST\r\n\n.\nRSET\r\n");
  add("binary chunks",
      chunking,
      "EHLO c.test\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@c.test>\r\nBDAT 6 LAST\r\n\0\r\xFF\n.\rQUIT\r\n"s
  );
  add("chunks out of place",
      chunking,
      "EHLO c.test\r\nBDAT 6 LAST\r\nQUIT\r\nMAIL FROM:<>\r\nBDAT 4\r\nRSETDATA\r\nRCPT "
      "TO:<b@c.test>\r\nBDAT 1\r\nxDATA\r\nBDAT 0 LAST\r\nBDAT 0 LAST\r\nBDAT x\r\n");
  add("LMTP",
      lmtp,
      "EHLO c.test\r\nLHLO c.test\r\n" + kEnvelope + "DATA\r\nx\r\n.\r\n" + kEnvelope +
          "BDAT 4\r\n\r\n.\rBDAT 1 LAST\r\n\nQUIT\r\n");
  add("STARTTLS", tls, "EHLO c.test\r\n" + kEnvelope + "AUTH LOGIN\r\nSTARTTLS\r\n");
  add("STARTTLS that is refused", auth, "EHLO c.test\r\nSTARTTLS\r\nSTARTTLS x\r\n" + kEnvelope);
  add("XCLIENT",
      Profile{.xclient = true},
      "EHLO c.test\r\nXCLIENT ADDR=192.0.2.1\r\nEHLO d.test\r\nXCLIENT PORT=x\r\n" + kEnvelope);
  return rows;
}

// Some questions are refused, by a pattern of bits.
std::string told_of(const Row& row, unsigned refusals, const std::vector<std::string>& pieces) {
  Talk talk(row.profile, [refusals](const smtp::Question& question, std::size_t number) {
    const bool refused =
        number > 1 && question.reaches_rules && (refusals >> number % 16U & 1U) != 0;
    return question.normal.positive() && !refused;
  });
  talk.session.capture(100);
  talk.answer_all();
  for (const auto& piece : pieces) talk.send(piece);
  return told_by(talk);
}

}  // namespace

TEST_CASE("dialogues of extensions tell the same however they are cut") {
  for (const auto& row : rows()) {
    for (const unsigned refusals : {0U, 0x0810U, 0x5555U}) {
      CAPTURE(row.name, refusals);
      const auto whole = told_of(row, refusals, {row.stream});
      std::vector<std::string> octets;
      for (const char c : row.stream) octets.emplace_back(1, c);
      REQUIRE(told_of(row, refusals, octets) == whole);
      // Of a long stream a cut in every 61 octets.
      const std::size_t step = row.stream.size() > 1000 ? 61 : 1;
      for (std::size_t cut = 1; cut < row.stream.size(); cut += step) {
        CAPTURE(cut);
        const auto told =
            told_of(row, refusals, {row.stream.substr(0, cut), row.stream.substr(cut)});
        REQUIRE(told == whole);
      }
    }
  }
}
