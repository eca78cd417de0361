// The OpenAPI 3.1 document of the control API, made of the rows of the routes: what a row does not
// say is not in it, and what follows from a row (that a token is needed, that a body may be
// malformed) is added. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "control/routes.hpp"

namespace control {

// The whole document; made once.
[[nodiscard]] const std::string& openapi_json();

// What programs call a route: "put_receiver", "get_delivery", "get_receivers". Unique, as long as
// no two routes differ in plural alone.
[[nodiscard]] std::string operation_id(const Route& route);

}  // namespace control
