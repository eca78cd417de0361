// Histories of connections in a few words, and what Deliveries makes of them. One step a string,
// optionally behind the letter of its connection ("B rcpt r@y 452"; without one it is A). Replies
// come 1 ms after their command, the next step 10 ms after that. "-" in place of a code: no reply.
//   connect [CODE]        accepted, and the greeting
//   joined SECONDS        it began so long ago elsewhere; no greeting
//   carried [VERSION]     it goes on from before a reset, encrypted already if a version is named
//   tls, tls-broken, tls-given-up     a handshake succeeded, failed by our fault, by the client's
//   passed                the transaction has a recipient of another receiver
//   ehlo, starttls, auth, data, rset, noop [CODE]; auth!: it was answered before any rule
//   mail ADDRESS [CODE] [ENVID]    rcpt ADDRESS [CODE]
//                         <> is the null sender; ADDRESS! was answered before any rule
//   body ID               the end of data came ("-": without Message-ID)
//   store  answer CODE    what follows it;  message ID [CODE]: body, store if positive, answer
//   quit                  answered, and the connection ends so;  bye CODE: it goes on;  over: the
//                         end of a QUIT that came before
//   left, left-held, client-reset, closed, reset, timeout, drained     the connection ends so
//   say CODE              a reply to nothing;  sent  cut  fired RULE  +SECONDS
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "journal/deliveries.hpp"
#include "journal/event.hpp"

namespace journal::testing {

class History {
 public:
  History() = default;

  explicit History(Deliveries::Limits limits) : deliveries(limits), limits_(limits) {}

  History(std::initializer_list<std::string_view> steps) { play(steps); }

  void play(std::initializer_list<std::string_view> steps);
  void step(std::string_view step);
  void setup(Setup value);

  // "delivery rcpt deferred 452", for each attempt; "+" when stored, "?" when the end is ambiguous.
  [[nodiscard]] std::vector<std::string> attempts() const;

  // "a@x r@y accepted 1,2", for each delivery: state and ids of its attempts; "x2" for two
  // copies, "?" when ambiguous.
  [[nodiscard]] std::vector<std::string> delivered() const;

  // All that can be asked, as JSON.
  [[nodiscard]] static std::string everything(const Deliveries& deliveries);

  Deliveries deliveries{};
  std::vector<Event> events{};

  [[nodiscard]] Deliveries::Limits limits() const { return limits_; }

  // The number of the connection that has this letter now.
  [[nodiscard]] std::uint64_t connection(char letter = 'A') const {
    return connections_.at(letter);
  }

 private:
  void add(Event event);
  void command(base::Stage stage, const std::vector<std::string>& words);
  void connect(const std::vector<std::string>& words);
  void shake_hands(std::string_view how);
  void reply(std::optional<base::Stage> stage, std::string_view code);
  void body(const std::string& id);
  void end(Ending ending, bool held = false);

  Deliveries::Limits limits_{};
  base::Micros now_{0};
  std::uint64_t seq_ = 0;
  std::uint64_t last_connection_ = 0;
  std::map<char, std::uint64_t> connections_{};
  char letter_ = 'A';
};

}  // namespace journal::testing
