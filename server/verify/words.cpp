// How verdicts speak: see the header.
#include "verify/words.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostShown = 200;  // octets of an address

struct Unit {
  std::string_view name;
  std::int64_t seconds;
};

constexpr std::array kUnits = {Unit{"d", 86'400}, Unit{"h", 3'600}, Unit{"min", 60}, Unit{"s", 1}};

// Below a minute decimals say more than a second unit.
std::string seconds(double s) {
  if (s < 0.0995) return fmt::format("{:.0f} ms", s * 1000);
  if (s < 9.95) {
    std::string text = fmt::format("{:.1f}", s);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text + " s";
  }
  return fmt::format("{:.0f} s", s);
}

}  // namespace

std::string spoken(base::Micros time) {
  if (time < base::Micros(0)) return "-" + spoken(-time);
  const double all = static_cast<double>(time.count()) / 1e6;
  if (all < 59.5) return seconds(all);
  // Rounded to the smaller of the two units that are told: the smallest two that can tell it.
  for (std::size_t i = kUnits.size() - 1; i-- > 0;) {
    const Unit& large = kUnits[i];
    const Unit& small = kUnits[i + 1];
    const auto whole = std::llround(all / static_cast<double>(small.seconds)) * small.seconds;
    if (i > 0 && whole >= kUnits[i - 1].seconds) continue;
    const std::int64_t rest = whole % large.seconds / small.seconds;
    const std::string text = fmt::format("{} {}", whole / large.seconds, large.name);
    return rest == 0 ? text : fmt::format("{} {} {}", text, rest, small.name);
  }
  return seconds(all);
}

std::string spoken(base::Micros judge, base::Micros real, double scale) {
  if (scale == 1.0) return spoken(judge);
  return fmt::format("{} ({} real)", spoken(judge), spoken(real));
}

std::string reason(const journal::Attempt& attempt) {
  const bool lost = attempt.outcome == journal::Outcome::lost;
  const bool replied = attempt.code != 0 && !lost;
  if (replied) {
    return attempt.enhanced.empty() ? std::to_string(attempt.code)
                                    : fmt::format("{} {}", attempt.code, attempt.enhanced);
  }
  const auto stage = base::name_of(attempt.stage);
  if (lost && attempt.code != 0) return fmt::format("{} at {}", attempt.code, stage);
  if (lost) return fmt::format("a lost connection at {}", stage);
  if (attempt.outcome == journal::Outcome::abandoned) return fmt::format("leaving at {}", stage);
  return fmt::format("an attempt still open at {}", stage);
}

std::string counted(std::uint64_t n, std::string_view noun) {
  if (n == 1) return fmt::format("1 {}", noun);
  if (noun.ends_with('y')) return fmt::format("{} {}ies", n, noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}s", n, noun);
}

std::string address(std::string_view text) {
  return text.empty() ? "<>" : base::printable(text, kMostShown);
}

std::string who(const journal::Delivery& delivery) {
  return fmt::format("{} to {}", address(delivery.sender), address(delivery.recipient));
}

}  // namespace verify
