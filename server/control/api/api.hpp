// The handlers of the control API, one per row of routes.cpp, and what they share. A handler checks
// all of a request before it does anything. Called from the control thread alone.
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

// health.cpp
Answer<Outcome> livez(Api& api, const Call& call);
Answer<Outcome> readyz(Api& api, const Call& call);
Answer<Outcome> version(Api& api, const Call& call);

// events.cpp
Answer<Outcome> events(Api& api, const Call& call);

// deliveries.cpp
Answer<Outcome> attempts(Api& api, const Call& call);
Answer<Outcome> deliveries(Api& api, const Call& call);
Answer<Outcome> delivery(Api& api, const Call& call);

// receivers.cpp
Answer<Outcome> receivers(Api& api, const Call& call);
Answer<Outcome> receiver(Api& api, const Call& call);
Answer<Outcome> put_receiver(Api& api, const Call& call);

// state.cpp
Answer<Outcome> patch_state(Api& api, const Call& call);
Answer<Outcome> offered(Api& api, const Call& call);

// verify.cpp
Answer<Outcome> verify(Api& api, const Call& call);
Answer<Outcome> report(Api& api, const Call& call);

// The members of the bodies of the handlers above, for the reference.
[[nodiscard]] std::vector<ParameterDoc> put_receiver_members();
[[nodiscard]] std::vector<ParameterDoc> patch_state_members();
[[nodiscard]] std::vector<ParameterDoc> offered_members();
[[nodiscard]] std::vector<ParameterDoc> verify_members();

// The names of all receivers, in order; the views live as long as `all`.
[[nodiscard]] std::vector<std::string_view> names_of(
    const std::vector<std::shared_ptr<receiver::Receiver>>& all
);

// The receiver that the path's first variable names, or 404.
[[nodiscard]] Answer<std::shared_ptr<receiver::Receiver>> receiver_in_path(
    Api& api, const Call& call
);

// The receiver that ?receiver= names, or the only one there is; nullptr and a problem in `query`
// otherwise.
[[nodiscard]] std::shared_ptr<receiver::Receiver> receiver_asked_for(Api& api, Query& query);

}  // namespace control::api
