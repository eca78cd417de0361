// Draws: fixed by their arguments, different in each of them, and even enough.
#include "base/random.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"

namespace {

TEST_CASE("draws are the same on every machine and for ever") {
  CHECK(base::mix64(0) == 0xe220a8397b1dcdafULL);
  CHECK(base::draw(1, "rule", "key", 0) == 0x3a05ddfee243f766ULL);
  CHECK(base::draw(0, "", "", 0) == 0xea1af9d4240d1205ULL);
  CHECK(base::draw(~0ULL, "\xFF", "a\xC3\xA4", 7) == 0xd23f36c1d51dd4bbULL);
}

TEST_CASE("every argument of a draw counts") {
  const auto one = base::draw(1, "ab", "c", 1);
  CHECK(one == base::draw(1, std::string("ab"), std::string("c"), 1));
  CHECK(one != base::draw(2, "ab", "c", 1));
  CHECK(one != base::draw(1, "a", "bc", 1));
  CHECK(one != base::draw(1, "c", "ab", 1));
  CHECK(one != base::draw(1, "ab", "d", 1));
  CHECK(one != base::draw(1, "ab", "c", 2));
  CHECK(base::draw(1, "", "c", 1) != base::draw(1, "c", "", 1));
}

TEST_CASE("a draw as a number is at least 0 and below 1") {
  CHECK(base::unit(0) == 0.0);
  CHECK(base::unit(~0ULL) < 1.0);
  CHECK(base::unit(~0ULL) > 0.9999999);
  CHECK(base::unit(1ULL << 63) == 0.5);
}

TEST_CASE("draws for consecutive numbers spread evenly") {
  constexpr int kDraws = 10'000;
  std::array<int, 10> tenths{};
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    ++tenths[static_cast<std::size_t>(base::unit(base::draw(1, "r", "a@x.test", n)) * 10)];
  }
  for (const int count : tenths) CHECK(std::abs(count - kDraws / 10) < 120);  // four deviations
}

}  // namespace
