// The comparison of secrets: right, and the same work whatever is guessed.
#include "control/secret.hpp"

#include <string_view>

#include "support/catch.hpp"

namespace control {

namespace {

// Reads a text and counts how often.
struct Counting {
  using value_type = char;
  using difference_type = std::ptrdiff_t;

  const char* at = nullptr;
  int* reads = nullptr;

  char operator*() const {
    ++*reads;
    return *at;
  }

  Counting& operator++() {
    ++at;
    return *this;
  }

  Counting operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }

  bool operator==(const Counting& other) const { return at == other.at; }
};

int reads_of(std::string_view guess, std::string_view secret) {
  int reads = 0;
  const auto* const end = guess.data() + guess.size();
  (void)same_secret(Counting{guess.data(), &reads}, Counting{end, &reads}, secret);
  return reads;
}

bool same(std::string_view guess, std::string_view secret) {
  return same_secret(guess.begin(), guess.end(), secret);
}

}  // namespace

TEST_CASE("A secret is guessed by itself alone", "[label:security]") {
  CHECK(same("sesame", "sesame"));
  for (const auto* wrong : {"", "s", "Sesame", "sesamE", "sesam", "sesame ", "sesamesesame"}) {
    CAPTURE(wrong);
    CHECK_FALSE(same(wrong, "sesame"));
  }
  CHECK_FALSE(same("", ""));
  CHECK_FALSE(same("x", ""));
}

TEST_CASE("Every character of a guess is looked at, wherever it is wrong", "[label:security]") {
  for (const auto* guess : {"sesame", "xesame", "sexame", "sesamx", "xxxxxx"}) {
    CAPTURE(guess);
    CHECK(reads_of(guess, "sesame") == 6);
  }
  CHECK(reads_of("x", "sesame") == 1);
  CHECK(reads_of("sesamesesame", "sesame") == 12);
}

}  // namespace control
