// Synthetic senders in virtual time, against a real receiver: what a sender does, in a few words,
// and what the checks say of it. Everything in between is the program's own: scenario,
// conversation, events, attempts, timeline. Every final judging is made a second time from the
// journal as a file, and must give the same. No test waits for real time; all times here are real
// times of the run.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/virtual_receiver.hpp"
#include "verify/judge.hpp"

namespace verify::testing {

// What a check said. Equal to a pattern of "fail" alone, or of "fail: why": "blind: *advanced*".
struct Answer {
  Verdict verdict{};

  [[nodiscard]] std::string text() const;

  friend bool operator==(const Answer& answer, std::string_view pattern);
};

std::ostream& operator<<(std::ostream& out, const Answer& answer);

// Expectations as TOML; throws what is wrong with them.
[[nodiscard]] std::vector<Expectation> expectations(std::string_view toml);

// One expectation: check's name and its keys as TOML lines ("within = '30s'").
[[nodiscard]] Expectation expectation(std::string_view check, std::string_view keys = "");

using Past = std::vector<journal::Event>;

// What a check says of a past that ended with its last event.
[[nodiscard]] Answer judged(
    const Past& past, std::string_view check, std::string_view keys = "", bool over = true
);

// The same past, had each MAIL carried this ENVID (RFC 3461 4.4), whatever the receiver offered.
[[nodiscard]] Past with_envid(Past past, std::string_view envid);

class World {
 public:
  explicit World(std::string_view scenario) : receiver_(scenario) {}

  void wait(base::Duration real) { receiver_.advance(real); }

  // A receiver's clock jumps, as over the API.
  void advance(base::Duration by) { receiver_.receiver().advance(by, receiver_.now()); }

  // The harness has submitted a message.
  void offered(std::string_view recipient) {
    receiver_.receiver().offered(recipient, receiver_.now());
  }

  // The observation ends here.
  [[nodiscard]] Answer judged(std::string_view check, std::string_view keys = "");

  // It goes on.
  [[nodiscard]] Answer so_far(std::string_view check, std::string_view keys = "");

  // All events so far, the last of them at this instant.
  [[nodiscard]] Past past();

  [[nodiscard]] test_support::VirtualReceiver& receiver() { return receiver_; }

 private:
  test_support::VirtualReceiver receiver_;
};

struct Mail {
  std::string from = "a@sender.test";
  std::vector<std::string> to{"r@receiver.test"};
  std::string id = "<1@sender.test>";  // empty: none
};

// How it leaves: with QUIT, by closing, or by a reset as if it had never read the last reply.
enum class Goodbye : std::uint8_t { quit, fin, reset };

struct Habits {
  std::string client = "192.0.2.1";
  base::Duration patience = std::chrono::minutes(5);  // for each reply
  Goodbye goodbye = Goodbye::quit;
  Goodbye after_failure = Goodbye::quit;
  bool helo_only = false;
};

// One connection. Each command takes a millisecond on its way.
class Line {
 public:
  Line(World& world, const Habits& habits = {});

  // The code of the reply to what was sent; 0: there was none, and the connection is over.
  int greeting() { return await(); }

  int say(std::string_view line);

  // STARTTLS, and the handshake unless it is refused; a client that refuses says why, and leaves.
  int starttls(std::string_view refusal = "");

  // EHLO, and HELO where it is refused.
  int hello();
  int mail(const Mail& mail);

  int rcpt(const std::string& to) { return say("RCPT TO:<" + to + ">"); }

  int data() { return say("DATA"); }

  int body(const Mail& mail);
  void leave(Goodbye how);

  [[nodiscard]] bool open() const { return client_->open(); }

 private:
  int await();

  World& world_;
  Habits habits_;
  std::shared_ptr<test_support::VirtualClient> client_;
};

class Sender {
 public:
  explicit Sender(World& world, Habits habits = {}) : world_(world), habits_(std::move(habits)) {}

  // A connection with one message for all its recipients, to its end. The code that decided (of the
  // last recipient if all were refused); 0: the connection was lost.
  int attempt(const Mail& mail);

  // Tries at once, and after each of these times again, until it is accepted or refused for good.
  // The last code.
  int deliver(const Mail& mail, std::initializer_list<base::Duration> waits);

  // The same, and a 5yz is no reason to stop.
  int insist(const Mail& mail, std::initializer_list<base::Duration> waits);

 private:
  World& world_;
  Habits habits_;
};

// A scenario of rules alone.
inline constexpr std::string_view kHealthy = "name = 'healthy'";

// Each delivery is deferred so often at RCPT, then taken.
[[nodiscard]] std::string deferring(int times, std::string_view code = "452 4.3.1");

// All recipients are answered so at RCPT.
[[nodiscard]] std::string refusing(std::string_view code = "550 5.3.1");

// One rule: "at = 'connect'".. as TOML.
[[nodiscard]] std::string rule(std::string_view keys);

}  // namespace verify::testing
