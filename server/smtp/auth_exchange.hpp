// One AUTH exchange (RFC 4954 4): PLAIN (RFC 4616) and LOGIN, from the client's responses to its
// name and whether its password is right. A password is compared as soon as it is known, and not
// kept. Knows no session and no rule. Not thread-safe: one per exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/command.hpp"
#include "smtp/profile.hpp"

namespace smtp {

// What a response of the client leads to.
struct AuthStep {
  enum class Kind : std::uint8_t {
    challenge,  // the next 334
    complete,   // 235 or 535
    cancelled,  // by the client
    ill_formed,
  };
  Kind kind = Kind::ill_formed;
  std::string_view challenge{};  // base64, of static storage
  bool right = false;            // complete: somebody's name and password
  SyntaxError fault{};           // cancelled and ill_formed: the reply
};

class AuthExchange {
 public:
  // Longest line of a response with CRLF (RFC 4954 4).
  static constexpr std::size_t kLongestLine = 12288;

  // `mechanism`, in upper case, is one that this server knows.
  explicit AuthExchange(std::string mechanism);

  [[nodiscard]] static bool knows(std::string_view mechanism);

  // `initial`: the initial response as sent; nullopt: there is none.
  [[nodiscard]] AuthStep begin(
      std::optional<std::string_view> initial, const Authentication& allowed
  );

  // A line of the client without its line end.
  [[nodiscard]] AuthStep respond(std::string_view line, const Authentication& allowed);

  [[nodiscard]] const std::string& mechanism() const { return mechanism_; }

  // Whom the client claims to be; empty until it has said so.
  [[nodiscard]] const std::string& user() const { return user_; }

 private:
  [[nodiscard]] AuthStep take(std::string_view base64, const Authentication& allowed);
  [[nodiscard]] AuthStep take_plain(std::string_view message, const Authentication& allowed);
  [[nodiscard]] AuthStep take_login(std::string_view word, const Authentication& allowed);
  [[nodiscard]] AuthStep compare(std::string_view password, const Authentication& allowed) const;

  std::string mechanism_;
  std::string user_;
};

}  // namespace smtp
