// From the body of PUT /v1/receivers/{name} to a wish, with everything that is wrong with it at
// once. Called from the control thread alone.
#pragma once

#include <vector>

#include "control/api/api.hpp"
#include "control/wish.hpp"

namespace control::api {

struct WishInBody {
  Wish wish;
  std::vector<Problem> warnings{};
};

// Changes nothing. The receiver's name is the call's first variable.
[[nodiscard]] Answer<WishInBody> wish_of(Api& api, const Call& call);

[[nodiscard]] std::vector<MemberDoc> put_receiver_members();

}  // namespace control::api
