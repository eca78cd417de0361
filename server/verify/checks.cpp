// THE TABLE of checks, and the keys that all of them read.
#include "verify/checks.hpp"

#include <algorithm>
#include <array>

namespace verify {

namespace {

constexpr std::array<std::string_view, 2> kClocks{"judge", "receiver"};

constexpr std::array kCommonKeys{
    document::Row<Params>{
        "select",
        "select table",
        R"({"$ref":"#/$defs/select"})",
        "only attempts of this kind count as what the check judges by; default all, but for the "
        "null sender's",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.select = Select::read(v, s);
        }},
    document::Row<Params>{
        "clock",
        "judge or receiver",
        R"({"enum":["judge","receiver"]})",
        "which clock times are measured on; the receiver's has its advances in it; default judge",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          const auto word = document::want_word(v, "clock", kClocks, s);
          p.clock = word == 1U ? Clock::receiver : Clock::judge;
        }},
};

}  // namespace

std::string_view name_of(Side side) {
  switch (side) {
    case Side::must: return "must happen";
    case Side::must_not: return "must not happen";
    case Side::both: return "both";
  }
  return "";
}

std::string_view name_of(Value value) {
  switch (value) {
    case Value::pass: return "pass";
    case Value::fail: return "fail";
    case Value::open: return "open";
    case Value::empty: return "empty";
    case Value::blind: return "blind";
  }
  return "";
}

// Not constexpr: the rows are constants of other files, ready only at run time.
std::span<const Check> checks() {
  static const std::array kChecks{
      detail::kRetried,
      detail::kNotHasty,
      detail::kBacksOff,
      detail::kNotRetried,
      detail::kSuppressed,
      detail::kDeliveredOnce,
      detail::kAttemptLimit,
      detail::kGivesUp,
      detail::kKeepsTls,
      detail::kProtocol,
  };
  return kChecks;
}

const Check* find_check(std::string_view name) {
  const auto all = checks();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Check& check) { return check.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::span<const document::Row<Params>> common_keys() {
  return kCommonKeys;
}

}  // namespace verify
