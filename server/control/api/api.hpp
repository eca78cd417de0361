// The areas of the control API, each a file with its handlers and their rows, and what they share.
// A handler checks all of a request before it does anything. Called from the control thread alone.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/routes.hpp"
#include "document/table.hpp"

namespace control::api {

inline constexpr std::uint64_t kDefaultLimit = 1000;
inline constexpr std::uint64_t kMostLimit = 10'000;
inline constexpr base::Duration kLongestWait = std::chrono::seconds(60);

// The rows of each area, in the file of that name; routes.cpp joins them.
[[nodiscard]] std::span<const Route> operation_routes();
[[nodiscard]] std::span<const Route> receivers_routes();
[[nodiscard]] std::span<const Route> removal_routes();
[[nodiscard]] std::span<const Route> rules_routes();
[[nodiscard]] std::span<const Route> scenarios_routes();
[[nodiscard]] std::span<const Route> state_routes();
[[nodiscard]] std::span<const Route> events_routes();
[[nodiscard]] std::span<const Route> explain_routes();
[[nodiscard]] std::span<const Route> connections_routes();
[[nodiscard]] std::span<const Route> messages_routes();
[[nodiscard]] std::span<const Route> metrics_routes();
[[nodiscard]] std::span<const Route> deliveries_routes();
[[nodiscard]] std::span<const Route> verify_routes();

// Parameters that several rows have.
inline constexpr std::string_view kNumberSchema = R"({"type":"integer","minimum":0})";
inline constexpr ParameterDoc kAfterDoc{
    .name = "after",
    .form = "N",
    .doc = "only what comes after this cursor: a former 'next' or 'last'",
    .schema = kNumberSchema,
};
inline constexpr ParameterDoc kLimitDoc{
    .name = "limit",
    .form = "N",
    .doc = "at most so many items (default 1000, at most 10000)",
    .schema = R"({"type":"integer","minimum":1,"maximum":10000,"default":1000})",
};
inline constexpr ParameterDoc kReceiverDoc{
    .name = "receiver",
    .form = "NAME",
    .doc = "of this receiver; may be left out while there is only one",
    .example = R"("default")",
};

// The names of all receivers, in order; the views live as long as `all`.
[[nodiscard]] std::vector<std::string_view> names_of(
    const std::vector<std::shared_ptr<receiver::Receiver>>& all
);

// The receiver that the path's first variable names, or 404.
[[nodiscard]] Answer<std::shared_ptr<receiver::Receiver>> receiver_in_path(
    Api& api, const Call& call
);

// The same for a change: 409 while it is being deleted.
[[nodiscard]] Answer<std::shared_ptr<receiver::Receiver>> receiver_to_change(
    Api& api, const Call& call
);

// The receiver that ?receiver= names, or the only one there is; nullptr and a problem in `query`
// otherwise.
[[nodiscard]] std::shared_ptr<receiver::Receiver> receiver_asked_for(Api& api, Query& query);

}  // namespace control::api
