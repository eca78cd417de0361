// A server with one user, for the cases of AUTH.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "smtp/encoded.hpp"
#include "smtp/profile.hpp"

namespace smtp_test {

// The credentials of that user.
inline const std::string kRight = plain("alice", "secret");

inline smtp::Authentication users() {
  return {
      .mechanisms = {"PLAIN", "LOGIN"},
      .users = std::vector<std::pair<std::string, std::string>>{{"alice", "secret"}}};
}

inline smtp::Profile with_auth(smtp::Authentication auth = users()) {
  return {.auth = std::move(auth)};
}

}  // namespace smtp_test
