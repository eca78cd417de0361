// Finds fields in a message's header section (RFC 5322 2.2): splits, unfolds, trims. Decodes
// nothing. Lenient: bare LF ends a line too, and a line that is no field is passed over. Pure, any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

// The unfolded, trimmed values of the fields called `name` (case ignored), in order, at most
// `most`.
[[nodiscard]] std::vector<std::string> header_values(
    std::string_view section, std::string_view name, std::size_t most = 100
);

struct HeaderField {
  std::string name{};   // as sent
  std::string value{};  // unfolded, trimmed
};

// All fields in order, at most `most`.
[[nodiscard]] std::vector<HeaderField> header_fields(
    std::string_view section, std::size_t most = 1000
);

// The first Message-ID without its angle brackets; empty when there is none.
[[nodiscard]] std::string message_id_of(std::string_view section);

}  // namespace smtp
