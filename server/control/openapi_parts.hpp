// Parts of the OpenAPI document that several of its files write. Internal to openapi*.cpp. Pure,
// any thread.
#pragma once

#include <string_view>

#include <boost/json.hpp>

#include "control/routes.hpp"

namespace control {

// {"$ref":"#/components/schemas/NAME"}
[[nodiscard]] boost::json::object reference_to(std::string_view schema);

[[nodiscard]] bool is_json(std::string_view media);

// What a body is under one media type; a null example is none.
[[nodiscard]] boost::json::object media_object(
    boost::json::object schema, boost::json::value example
);

// All that a route may answer: what its row says and what follows from it.
[[nodiscard]] boost::json::object responses_of(const Route& route);

// What those of all routes have in common: components.responses.
[[nodiscard]] boost::json::object common_responses();

}  // namespace control
