// Which of several forms an answer takes: the Accept header (RFC 9110 12.5.1). Deliberately
// lenient: what cannot be read in it is passed over, and a client that asks for nothing gets the
// first form. Pure, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "control/http.hpp"

namespace control {

// The form of `forms` ("text/plain", in lower case, best first) that the request likes best, as its
// index; nullopt: it takes none of them. Parameters other than q are not looked at.
[[nodiscard]] std::optional<std::size_t> preferred(
    const Request& request, std::span<const std::string_view> forms
);

// 406 with the forms there are.
[[nodiscard]] ApiError not_acceptable(
    const Request& request, std::span<const std::string_view> forms
);

}  // namespace control
