// Receivers, their state and their rules as JSON. Called from the control thread alone.
#pragma once

#include <string_view>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "control/routes.hpp"
#include "receiver/receiver.hpp"

namespace control::api {

[[nodiscard]] boost::json::object receiver_shape(
    Api& api, receiver::Receiver& receiver, base::TimePoint now
);

[[nodiscard]] boost::json::object state_shape(receiver::Receiver& receiver, base::TimePoint now);

[[nodiscard]] boost::json::object rule_shape(const receiver::RuleView& rule);

}  // namespace control::api
