// Which attempts a check looks at: conditions on facts of an attempt, compiled from a `select`
// table. Conditions are ANDed, the alternatives of one condition ORed, `not` groups negated.
// The null sender (a sender's own delivery status notifications) is selected only by name.
// Values only; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "document/pattern.hpp"
#include "document/table.hpp"
#include "journal/deliveries.hpp"

namespace verify {

// Reply codes as a list of patterns, each on the basic ("550", "45?") or the enhanced ("5.1.*")
// code.
using Codes = std::vector<document::Pattern>;

[[nodiscard]] bool matches(const Codes& codes, const journal::Attempt& attempt);

// A pattern or an integer, or a list of them; what is none is reported.
[[nodiscard]] Codes read_codes(
    const document::Node& value, std::string_view name, document::Diagnostics& sink
);

class Select {
 public:
  // Everything but the null sender.
  [[nodiscard]] bool matches(const journal::Attempt& attempt) const;

  // No condition at all.
  [[nodiscard]] bool empty() const { return conditions_.empty() && none_.empty(); }

  // The patterns on `phase`, for a loader that knows the phases there are.
  [[nodiscard]] std::vector<std::string> phases() const;

  // "<>" is among the patterns of sender.
  [[nodiscard]] bool names_null_sender() const { return names_null_sender_; }

  // Reads a `select` table.
  [[nodiscard]] static Select read(const document::Node& value, document::Diagnostics& sink);

  // The keys of the table, for the schema and the printed reference.
  [[nodiscard]] static std::span<const document::Row<Select>> keys();

  enum class Fact : std::uint8_t {
    recipient,
    recipient_domain,
    sender,
    sender_domain,
    client,
    outcome,
    code,
    phase,
    rule,
  };

  // One key: which list is filled follows from the fact.
  struct Condition {
    Fact fact = Fact::recipient;
    std::vector<document::Pattern> patterns{};
    std::vector<base::IpNetwork> networks{};
    std::vector<journal::Outcome> outcomes{};
  };

  // For the rows of keys().
  void add(Condition condition);

  void exclude(Select group) { none_.push_back(std::move(group)); }

 private:
  [[nodiscard]] bool conditions_hold(const journal::Attempt& attempt) const;

  std::vector<Condition> conditions_{};
  std::vector<Select> none_{};
  bool names_null_sender_ = false;
};

}  // namespace verify
