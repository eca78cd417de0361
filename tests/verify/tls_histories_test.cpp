// keeps-tls against a slow model of it, which reads nothing but the events, on thousands of random
// histories of clients that are offered TLS or not, in connections that overlap.
#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace verify::testing;

namespace {

using base::Micros;
using base::Stage;
using journal::Event;
using journal::Kind;
using verify::Value;

constexpr Micros kSlack{250'000};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  Past generate() {
    const std::size_t connections = 1 + below(5);
    for (std::size_t i = 1; i <= connections; ++i) talk(i);
    std::stable_sort(past_.begin(), past_.end(), [](const Event& a, const Event& b) {
      return a.at < b.at;
    });
    past_.push_back({.at = Micros(60'000'000), .judge = Micros(60'000'000)});
    for (std::size_t i = 0; i < past_.size(); ++i) past_[i].seq = i + 1;
    return std::move(past_);
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(dice_() % n); }

  void add(Event event) {
    static constexpr std::array kSteps{1'000, 1'000, 20'000, 249'000, 251'000, 2'000'000};
    at_ += Micros(kSteps[below(kSteps.size())]);
    event.at = event.judge = at_;
    event.connection = connection_;
    past_.push_back(std::move(event));
  }

  void say(Stage stage, std::string text, std::uint16_t code, std::string reply) {
    const std::string subject = stage == Stage::mail && below(5) > 0 ? "a@sender.test" : "";
    add({.kind = Kind::command, .stage = stage, .subject = subject, .text = std::move(text)});
    if (code != 0) {
      add({.kind = Kind::reply, .stage = stage, .code = code, .text = std::move(reply)});
    }
  }

  // One connection to its end.
  void talk(std::uint64_t number) {
    connection_ = number;
    at_ = Micros(static_cast<std::int64_t>(below(12)) * 100'000);
    add({.kind = Kind::connected, .subject = below(4) > 0 ? "192.0.2.1" : "192.0.2.2"});
    if (below(8) == 0) add({.kind = Kind::tls, .subject = "TLSv1.3"});
    bool open = true;
    for (std::size_t i = 1 + below(5); i > 0 && open; --i) open = step();
    add({.kind = Kind::ended, .ending = journal::Ending::client_left});
  }

  bool step() {
    switch (below(8)) {
      case 0:
      case 1: say(Stage::ehlo, "EHLO x", 250, "250-mx\n250-STARTTLS\n250 SIZE"); return true;
      case 2: say(Stage::ehlo, "EHLO x", 250, "250-mx\n250 SIZE"); return true;
      case 3: say(Stage::starttls, "STARTTLS", 454, "no"); return true;
      case 4: say(Stage::starttls, "STARTTLS", 0, ""); return false;
      case 5: {
        say(Stage::starttls, "STARTTLS", 220, "go");
        const bool fails = below(2) == 0;
        add({.kind = Kind::tls, .flag = fails, .text = fails ? "why" : ""});
        return !fails;
      }
      default: say(Stage::mail, "MAIL", 451, "no"); return true;
    }
  }

  std::mt19937_64 dice_;
  Past past_{};
  std::uint64_t connection_ = 0;
  Micros at_{0};
};

// The slow model: each question is asked of the events anew.
struct Model {
  const Past& past;

  [[nodiscard]] std::string client_of(std::uint64_t connection) const {
    for (const Event& e : past) {
      if (e.kind == Kind::connected && e.connection == connection) return e.subject;
    }
    return {};
  }

  [[nodiscard]] bool encrypted(const Event& at) const {
    return std::any_of(past.begin(), past.end(), [&](const Event& e) {
      const bool earlier = e.connection == at.connection && e.seq < at.seq;
      return earlier && e.kind == Kind::tls && !e.flag;
    });
  }

  [[nodiscard]] bool is_ehlo_in_clear(const Event& e) const {
    return e.kind == Kind::reply && e.stage == Stage::ehlo && !encrypted(e);
  }

  [[nodiscard]] bool is_offer(const Event& e) const {
    const bool named = e.text.find("STARTTLS") != std::string::npos;
    return e.kind == Kind::tls || (is_ehlo_in_clear(e) && named);
  }

  // The connection ended with STARTTLS as its last word, neither refused nor followed by anything.
  [[nodiscard]] bool ends_at_starttls(const Event& end) const {
    const Event* last = nullptr;
    for (const Event& e : past) {
      const bool counts = e.kind == Kind::command || e.kind == Kind::tls ||
                          (e.kind == Kind::reply && e.code >= 400);
      if (counts && e.connection == end.connection && e.seq < end.seq) last = &e;
    }
    return last != nullptr && last->kind == Kind::command && last->stage == Stage::starttls;
  }

  [[nodiscard]] bool is_trouble(const Event& e, const Event& offer) const {
    if (e.seq < offer.seq) return false;
    if (e.kind == Kind::tls) return e.flag;
    if (e.kind == Kind::reply && e.stage == Stage::starttls) return e.code >= 400;
    if (e.kind == Kind::ended) return ends_at_starttls(e);
    return is_ehlo_in_clear(e) && !is_offer(e);
  }

  [[nodiscard]] bool betrays(const Event& mail, const Event& offer) const {
    const bool counts = mail.kind == Kind::command && mail.stage == Stage::mail &&
                        !encrypted(mail) && !mail.subject.empty();
    if (!counts) return false;
    if (mail.at > offer.at + kSlack) return true;
    return std::any_of(past.begin(), past.end(), [&](const Event& e) {
      return is_offer(e) && e.connection == mail.connection && e.at <= mail.at;
    });
  }

  [[nodiscard]] Value of(const std::string& client) const {
    std::vector<Event> own;
    for (const Event& e : past) {
      if (e.connection != 0 && client_of(e.connection) == client) own.push_back(e);
    }
    const auto offer =
        std::find_if(own.begin(), own.end(), [&](const Event& e) { return is_offer(e); });
    if (offer == own.end()) return Value::open;  // no case
    const auto any = [&](const auto& holds) { return std::any_of(own.begin(), own.end(), holds); };
    if (any([&](const Event& e) { return betrays(e, *offer); })) return Value::fail;
    return any([&](const Event& e) { return is_trouble(e, *offer); }) ? Value::pass : Value::empty;
  }
};

std::string in_words(const Past& past) {
  std::string out;
  for (const Event& e : past) {
    out += fmt::format(
        "{} at {} in {}: {} {} {} {} '{}' {}\n",
        e.seq,
        e.at.count(),
        e.connection,
        name_of(e.kind),
        e.stage ? base::name_of(*e.stage) : "",
        e.code,
        e.subject,
        e.text,
        e.flag
    );
  }
  return out;
}

TEST_CASE("keeps-tls and its model agree on random histories", "[label:random-histories]") {
  std::array<std::uint64_t, 5> seen{};
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    const Past past = Generator(seed).generate();
    const Model model{past};
    std::uint64_t failed = 0, passed = 0, nothing = 0;
    for (const char* client : {"192.0.2.1", "192.0.2.2"}) {
      const Value value = model.of(client);
      failed += value == Value::fail ? 1 : 0;
      passed += value == Value::pass ? 1 : 0;
      nothing += value == Value::empty ? 1 : 0;
    }
    const Value wanted = failed > 0                   ? Value::fail
                         : nothing > 0 || passed == 0 ? Value::empty
                                                      : Value::pass;
    const verify::Verdict verdict = judged(past, "keeps-tls").verdict;
    ++seen[static_cast<std::size_t>(verdict.value)];
    const bool agree =
        verdict.value == wanted && verdict.failed == failed && verdict.passed == passed;
    if (!agree) FAIL_CHECK(in_words(past) << name_of(wanted) << ", not " << verdict.observed);
  }
  // None of the three is rare.
  CHECK(seen[static_cast<std::size_t>(Value::fail)] > 1'000);
  CHECK(seen[static_cast<std::size_t>(Value::pass)] > 1'000);
  CHECK(seen[static_cast<std::size_t>(Value::empty)] > 1'000);
}

}  // namespace
