// The fields of an event in JSON, a table for each object: what is written under a name, and how
// it gets into its place. Knows no syntax: json_read.cpp drives it. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/name.hpp"
#include "journal/event.hpp"

namespace journal {

// A value that holds no others. null never gets here: it is no value.
struct Scalar {
  enum class Type : std::uint8_t { text, whole, real, boolean };
  Type type = Type::text;
  std::string_view text{};  // of a string, decoded; of a number, as written
  std::uint64_t whole = 0;  // type whole: not negative
  double real = 0;          // type real: also of a negative whole number
  bool flag = false;
};

// Where the fields of one line come together. The first thing that is wrong stays.
struct Draft {
  Event event{};
  std::shared_ptr<MessageFacts> message{};
  std::shared_ptr<Setup> setup{};
  bool has_kind = false;
  std::string wrong{};
  std::string unknown_kind{};  // said before anything else that is wrong

  void complain(std::string what);
  [[nodiscard]] base::Name shared(std::string_view name);

  std::map<std::string, base::Name, std::less<>> names{};  // stay from line to line
};

// How a value suits a field. unknown: it names nothing that there is.
enum class Fit : std::uint8_t { yes, other_type, out_of_range, unknown };

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Field {
  enum class Holds : std::uint8_t { scalar, message, setup, pairs, strings, json };
  std::string_view name;
  Holds holds = Holds::scalar;
  const char* wrong = "";  // what is said of a value of another type: "is not a string"
  // holds scalar: puts it in its place.
  Fit (*put)(Draft& draft, const Scalar& value) = nullptr;
  // holds pairs, strings: where they go.
  Pairs& (*pairs)(Draft& draft) = nullptr;
  std::vector<std::string>& (*strings)(Draft& draft) = nullptr;
};

// In the order in which they are written. "at" is among them and goes nowhere.
[[nodiscard]] std::span<const Field> event_fields();
[[nodiscard]] std::span<const Field> message_fields();
[[nodiscard]] std::span<const Field> setup_fields();

// Turns U+F780..U+F7FF back into the bytes they stand for (json.hpp).
[[nodiscard]] std::string bytes_of(std::string_view text);

}  // namespace journal
