// AUTH exchanges: see the header.
#include "smtp/auth_exchange.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.hpp"
#include "smtp/base64.hpp"

namespace smtp {

namespace {

constexpr std::string_view kPlain = "PLAIN";
constexpr std::string_view kLogin = "LOGIN";
constexpr std::string_view kAskUser = "VXNlcm5hbWU6";      // "Username:"
constexpr std::string_view kAskPassword = "UGFzc3dvcmQ6";  // "Password:"
constexpr std::size_t kLongestName = 255;

AuthStep challenge(std::string_view text) {
  return {.kind = AuthStep::Kind::challenge, .challenge = text};
}

AuthStep ill_formed(std::string_view text) {
  return {
      .kind = AuthStep::Kind::ill_formed,
      .fault = {.code = 501, .enhanced = "5.5.2", .text = std::string(text)}};
}

// A name goes into journals and replies, so it is text.
bool is_name(std::string_view text) {
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  return !text.empty() && text.size() <= kLongestName && !controls && base::is_utf8(text);
}

}  // namespace

AuthExchange::AuthExchange(std::string mechanism) : mechanism_(std::move(mechanism)) {
  assert(knows(mechanism_));
}

bool AuthExchange::knows(std::string_view mechanism) {
  return mechanism == kPlain || mechanism == kLogin;
}

AuthStep AuthExchange::begin(
    std::optional<std::string_view> initial, const Authentication& allowed
) {
  if (!initial) return challenge(mechanism_ == kPlain ? std::string_view() : kAskUser);
  // An empty response is written so that it can be told from none.
  return take(*initial == "=" ? std::string_view() : *initial, allowed);
}

AuthStep AuthExchange::respond(std::string_view line, const Authentication& allowed) {
  if (line == "*") {
    return {
        .kind = AuthStep::Kind::cancelled,
        .fault = {.code = 501, .enhanced = "5.7.0", .text = "Authentication cancelled"}};
  }
  return take(line, allowed);
}

AuthStep AuthExchange::take(std::string_view base64, const Authentication& allowed) {
  const auto decoded = decode_base64(base64);
  if (!decoded) return ill_formed("Cannot decode the response, it is not base64");
  return mechanism_ == kPlain ? take_plain(*decoded, allowed) : take_login(*decoded, allowed);
}

// [authzid] NUL authcid NUL password (RFC 4616 2).
AuthStep AuthExchange::take_plain(std::string_view message, const Authentication& allowed) {
  const auto first = message.find('\0');
  const auto second = first == std::string_view::npos ? first : message.find('\0', first + 1);
  if (second == std::string_view::npos ||
      message.find('\0', second + 1) != std::string_view::npos) {
    return ill_formed("PLAIN needs [identity] NUL name NUL password");
  }
  const auto identity = message.substr(0, first);
  const auto name = message.substr(first + 1, second - first - 1);
  if (!is_name(name)) return ill_formed("Bad user name");
  user_ = name;
  auto step = compare(message.substr(second + 1), allowed);
  // Nobody may act as somebody else.
  step.right = step.right && (identity.empty() || identity == name);
  return step;
}

AuthStep AuthExchange::take_login(std::string_view word, const Authentication& allowed) {
  if (!user_.empty()) return compare(word, allowed);
  if (!is_name(word)) return ill_formed("Bad user name");
  user_ = word;
  return challenge(kAskPassword);
}

AuthStep AuthExchange::compare(std::string_view password, const Authentication& allowed) const {
  const auto fits = [&](const auto& user) {
    return user.first == user_ && user.second == password;
  };
  const auto& users = allowed.users;
  return {
      .kind = AuthStep::Kind::complete,
      .right = !users || std::any_of(users->begin(), users->end(), fits)};
}

}  // namespace smtp
