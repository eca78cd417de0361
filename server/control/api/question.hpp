// From the body of POST /v1/verify to what is to be judged, with everything that is wrong with it
// at once. Called from the control thread alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "control/api/api.hpp"
#include "control/judging.hpp"

namespace control::api {

inline constexpr base::Duration kLongestJudging = std::chrono::minutes(10);

struct Question {
  std::shared_ptr<receiver::Receiver> receiver{};
  std::optional<Expected> expected{};  // none: what the receiver's scenario expects
  std::string domain{};                // only mail to it counts; empty: all
  base::Duration wait{0};
};

// Changes nothing. A request without a body asks for what a body without members does.
[[nodiscard]] Answer<Question> question_of(Api& api, const Call& call);

// The members of that body, for the reference.
[[nodiscard]] std::vector<MemberDoc> verify_members();

}  // namespace control::api
