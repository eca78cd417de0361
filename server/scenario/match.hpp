// What a rule matches on: conditions on the facts of a question, compiled at load. Conditions are
// ANDed, the alternatives of one condition ORed, `not` groups negated. Not here: stage, phase and
// window (decide.hpp), and how a document becomes a Match (load_match.hpp). Values only; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "document/pattern.hpp"

namespace scenario {

using document::Pattern;

struct Query;
struct Target;

// The facts of a question that a rule may name. Each is known from some stage on (facts.hpp).
enum class Fact : std::uint8_t {
  recipient,
  recipient_domain,
  sender,
  sender_domain,
  client,
  ehlo,
  auth_user,
  tls,
  size,
  header,
  attempt,
  param,
};

// lo <= n <= hi.
struct Range {
  std::uint64_t lo = 0;
  std::uint64_t hi = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] bool contains(std::uint64_t n) const { return lo <= n && n <= hi; }

  bool operator==(const Range&) const = default;
};

// One key of a match table. Which list is filled follows from the fact; one hit in it is enough.
struct Condition {
  Fact fact = Fact::recipient;
  std::string name{};  // of the header field or parameter (upper case)
  std::vector<Pattern> patterns{};
  std::vector<Range> ranges{};              // size, attempt
  std::vector<base::IpNetwork> networks{};  // client
  bool flag = false;                        // tls
};

struct Match {
  std::vector<Condition> all{};
  std::vector<Match> none{};       // `not`: none of these may hold for the question as a whole
  bool names_null_sender = false;  // "<>" is among the patterns of sender

  [[nodiscard]] bool empty() const { return all.empty() && none.empty(); }

  // Whether the match holds for the question, seen from one recipient of it (nullptr: the stage has
  // none). `not` groups look at every recipient of the question: one that matches is enough to
  // exclude.
  [[nodiscard]] bool holds(const Query& query, const Target* target) const {
    return failing(query, target) == kNone;
  }

  // What keeps it from holding: an index into `all`, or all.size() plus one into `none`.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  [[nodiscard]] std::size_t failing(const Query& query, const Target* target) const;
};

}  // namespace scenario
