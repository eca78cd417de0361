// Reads the query parameters of one request and collects everything that is wrong with them, so
// that a caller learns all of it at once. One per request, not thread-safe.
//
// Use: construct it (unknown names are problems already), read, then check error() before using
// what was read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/http.hpp"

namespace control {

// What a route says about a parameter: for the check and for the reference.
struct ParameterDoc {
  std::string_view name;
  std::string_view form;                             // for people: "N", "10s", "GLOB"
  std::string_view doc;                              // one sentence without a full stop
  std::string_view schema = R"({"type":"string"})";  // a JSON Schema of the value
  std::string_view example{};                        // as JSON; empty: none
};

class Query {
 public:
  Query(const Request& request, std::span<const ParameterDoc> known);

  // A parameter that may be given once; nullopt when absent.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);

  // A parameter that may be repeated; nothing in it separates values.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

  // A whole number within [least, most]; `otherwise` when absent or wrong.
  [[nodiscard]] std::uint64_t number(
      std::string_view name, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most
  );

  // Numbers, repeated or separated by commas, each at most `most`.
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view name, std::uint64_t most);

  // A duration up to `longest`; 0 when absent or wrong.
  [[nodiscard]] base::Duration duration(std::string_view name, base::Duration longest);

  // Words of a list, repeated or separated by commas, as their indexes in `words`.
  [[nodiscard]] std::vector<std::size_t> choices(
      std::string_view name, const std::vector<std::string_view>& words
  );

  // Adds a problem with a parameter that only the handler can see.
  void refuse(std::string_view name, std::string message, std::string hint);

  // The same with something else that the question is made of, such as a header field.
  void refuse_at(std::string_view at, std::string message, std::string hint);

  // What was wrong so far, or nullopt.
  [[nodiscard]] std::optional<ApiError> error() const;

 private:
  // The values of `name`, split at commas.
  [[nodiscard]] std::vector<std::string> split(std::string_view name) const;

  const Request& request_;
  std::vector<Problem> problems_;
};

// The names of an enum whose enumerators count from 0 to `last`, in order; name_of must know it.
template <typename Enum>
[[nodiscard]] std::vector<std::string_view> names_until(Enum last) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
    out.push_back(name_of(static_cast<Enum>(i)));
  }
  return out;
}

}  // namespace control
