// What is known of clients beside their mail: what became of TLS, and what they had occasion to do.
#include "journal/conduct.hpp"

#include "support/catch.hpp"

namespace {

using base::Stage;
using journal::Behaviour;
using journal::Conduct;
using journal::Ending;
using journal::Event;
using journal::Kind;
using journal::TlsTrouble;

constexpr const char* kClient = "192.0.2.1";
constexpr const char* kOffer = "250-mx.receiver.test\n250 STARTTLS";

// One connection, an event each second.
class Talk {
 public:
  explicit Talk(Event connected = {}) {
    connected.kind = Kind::connected;
    connected.subject = kClient;
    add(std::move(connected));
  }

  Talk& add(Event event) {
    event.seq = ++seq_;
    event.at = event.judge = base::Micros(1'000'000) * static_cast<std::int64_t>(seq_);
    event.connection = 7;
    conduct_.add(event);
    return *this;
  }

  Talk& say(Stage stage, const char* line, std::uint16_t code = 0, const char* reply = "") {
    add({.kind = Kind::command, .stage = stage, .text = line});
    if (code == 0) return *this;
    return add({.kind = Kind::reply, .stage = stage, .code = code, .text = reply});
  }

  Talk& hello() { return say(Stage::ehlo, "EHLO c.test", 250, kOffer); }

  Talk& end(Ending how) { return add({.kind = Kind::ended, .ending = how}); }

  [[nodiscard]] const Behaviour& so_far() const { return conduct_.so_far(); }

  // "refused", "failed", "withdrawn": what there was, in order.
  [[nodiscard]] std::string troubles() const {
    std::string all;
    for (const auto& [client, history] : so_far().tls) {
      CHECK(client == kClient);
      for (const auto& incident : history.incidents) {
        all += (all.empty() ? "" : " ") + std::string(name_of(incident.trouble));
      }
    }
    return all;
  }

 private:
  Conduct conduct_{};
  std::uint64_t seq_ = 0;
};

TEST_CASE("a refused STARTTLS is trouble with TLS, one that makes no sense is not") {
  struct Row {
    std::uint16_t code;
    const char* troubles;
  };

  for (const auto& row : std::initializer_list<Row>{
           {421, "refused"},
           {454, "refused"},
           {530, "refused"},
           {550, "refused"},
           {554, "refused"},
           {500, ""},
           {501, ""},
           {502, ""},
           {503, ""},
           {504, ""}}) {
    CAPTURE(row.code);
    Talk talk;
    talk.hello().say(Stage::starttls, "STARTTLS", row.code, "no").end(Ending::quit);
    CHECK(talk.troubles() == row.troubles);
  }
}

TEST_CASE("a handshake that failed is trouble with TLS, unless the client just left") {
  struct Row {
    const char* name;
    Ending ending;
    bool held;
    const char* troubles;
  };

  for (const auto& row : std::initializer_list<Row>{
           {"refused by the client", Ending::none, false, "failed"},
           {"broken by us", Ending::none, true, "failed"},
           {"left in the midst of it", Ending::client_left, false, ""},
           {"left a broken one", Ending::client_left, true, "failed"}}) {
    CAPTURE(row.name);
    Talk talk;
    talk.hello().say(Stage::starttls, "STARTTLS", 220, "go");
    talk.add({.kind = Kind::tls, .ending = row.ending, .held = row.held, .flag = true});
    talk.end(Ending::client_left);
    CHECK(talk.troubles() == row.troubles);
    CHECK(talk.so_far().tls.at(kClient).established == 0);
  }
}

TEST_CASE("a connection that we end at STARTTLS is trouble with TLS") {
  Talk talk;
  talk.hello().say(Stage::starttls, "STARTTLS", 220, "go").end(Ending::closed);
  CHECK(talk.troubles() == "refused");
}

TEST_CASE("an encrypted connection is not offered STARTTLS, which is no trouble") {
  Talk talk;
  talk.hello().say(Stage::starttls, "STARTTLS", 220, "go").add({.kind = Kind::tls});
  talk.say(Stage::ehlo, "EHLO c.test", 250, "250 mx.receiver.test").end(Ending::quit);
  CHECK(talk.troubles().empty());
  CHECK(talk.so_far().tls.at(kClient).established == 1);
}

TEST_CASE("what was offered before a receiver heard of the connection was offered") {
  Talk guest({.began = base::Micros(900'000), .parameters = {{"starttls", "offered"}}});
  REQUIRE(guest.so_far().tls.at(kClient).offers.size() == 1);
  // Before the MAIL with which its attempts begin.
  CHECK(guest.so_far().tls.at(kClient).offered->at < base::Micros(900'000));
  Talk other;
  CHECK(other.so_far().tls.empty());
}

TEST_CASE("commands, messages and replies of 421 are counted as occasions") {
  Talk talk;
  talk.hello().say(Stage::mail, "MAIL FROM:<a@b.test>", 250);
  CHECK(talk.so_far().occasions == 2);
  CHECK(talk.so_far().messages == 0);
  CHECK(talk.so_far().farewells == 0);
  talk.add({.kind = Kind::message});
  talk.add({.kind = Kind::reply, .stage = Stage::message, .code = 421});
  CHECK(talk.so_far().occasions == 3);
  CHECK(talk.so_far().messages == 1);
  CHECK(talk.so_far().farewells == 1);
}

}  // namespace
