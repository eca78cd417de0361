// Questions about a receiver of the World, and what their answers say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

// A receiver that refuses at first and expects to be tried again within 10 s.
inline void make(World& world, std::string_view name = "default") {
  REQUIRE(world.put(name, R"({"scenario":"expecting"})").status == 200);
}

inline boost::json::value value_of(const Outcome& outcome) {
  CAPTURE(outcome.response.body);
  REQUIRE_FALSE(outcome.wait);
  REQUIRE(outcome.response.status == 200);
  return boost::json::parse(outcome.response.body);
}

inline Outcome verify(World& world, std::string_view body) {
  return world.ask(Verb::post, "/v1/verify", body);
}

inline std::vector<std::string> names(const boost::json::value& report) {
  std::vector<std::string> out;
  for (const auto& check : report.at("checks").as_array()) {
    out.emplace_back(check.at("check").as_string());
  }
  return out;
}

inline std::int64_t last_event(World& world) {
  return world.get("/v1/events").at("last").to_number<std::int64_t>();
}

}  // namespace control
