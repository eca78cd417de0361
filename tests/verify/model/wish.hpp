// An expectation in plain words: what the model judges by, and the same as parameters of the real
// checks. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verify/model/facts.hpp"
#include "verify/params.hpp"

namespace verify::histories {

// Empty parts choose everything.
struct Choice {
  std::vector<Outcome> outcomes{};
  std::string code{};  // "45?"
  std::string recipient_domain{};
  std::string client{};
  bool null_sender = false;  // that one only
};

struct Wish {
  std::string check{};
  Choice choice{};
  std::vector<std::string> codes{}, except{};
  Params params{};  // complete, for the real check; the model reads neither select nor codes
};

// All of the check's parameters, some at values that the plan's gaps meet exactly.
[[nodiscard]] Wish random_wish(std::uint64_t seed, std::string_view check, int scale);

[[nodiscard]] bool chosen(const Choice& choice, const Fact& fact);

// `?` is one character, `*` any number of them.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view text);
[[nodiscard]] bool has_code(const std::vector<std::string>& patterns, const Fact& fact);

[[nodiscard]] std::string in_words(const Wish& wish);

}  // namespace verify::histories
