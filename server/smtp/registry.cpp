// The registry as a table: see the header. A row per registered code; what a row leaves empty the
// registry leaves open.
#include "smtp/registry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>

namespace smtp {

namespace {

struct Row {
  std::uint16_t subject;
  std::uint16_t detail;
  std::string_view codes;
};

// clang-format off
constexpr Row kRows[] = {
    {0, 0, "any"},
    {1, 0, ""},
    {1, 1, "451 550"},
    {1, 2, ""},
    {1, 3, "501"},
    {1, 4, ""},
    {1, 5, "250"},
    {1, 6, ""},
    {1, 7, ""},
    {1, 8, "451 501"},
    {1, 9, ""},
    {1, 10, "556"},
    {2, 0, ""},
    {2, 1, ""},
    {2, 2, "552"},
    {2, 3, "552"},
    {2, 4, "450 452"},
    {3, 0, "221 250 421 451 550 554"},
    {3, 1, "452"},
    {3, 2, "453 521"},
    {3, 3, ""},
    {3, 4, "552 554"},
    {3, 5, ""},
    {3, 6, "250 251"},
    {4, 0, ""},
    {4, 1, "451"},
    {4, 2, "421"},
    {4, 3, "451 550"},
    {4, 4, ""},
    {4, 5, "451"},
    {4, 6, ""},
    {4, 7, ""},
    {5, 0, "220 250 251 252 253 451 452 454 458 459 501 502 503 554"},
    {5, 1, "430 500 501 503 530 550 554 555"},
    {5, 2, "500 501 502 550 555"},
    {5, 3, "451"},
    {5, 4, "451 501 502 503 504 550 555"},
    {5, 5, ""},
    {5, 6, "500"},
    {6, 0, ""},
    {6, 1, ""},
    {6, 2, ""},
    {6, 3, "554"},
    {6, 4, "250"},
    {6, 5, ""},
    {6, 6, "554"},
    {6, 7, "553 550"},
    {6, 8, "252 553 550"},
    {6, 9, "550"},
    {6, 10, ""},
    {7, 0, "220 235 450 454 500 501 503 504 530 535 550"},
    {7, 1, "451 454 502 503 533 550 551"},
    {7, 2, "550"},
    {7, 3, ""},
    {7, 4, "504"},
    {7, 5, ""},
    {7, 6, ""},
    {7, 7, ""},
    {7, 8, "535 554"},
    {7, 9, "534"},
    {7, 10, "523"},
    {7, 11, "524 538"},
    {7, 12, "422 432"},
    {7, 13, "525"},
    {7, 14, "535 554"},
    {7, 15, "4xx 5xx"},
    {7, 16, "4xx 5xx"},
    {7, 17, "5xx"},
    {7, 18, "5xx"},
    {7, 19, "5xx"},
    {7, 20, "550"},
    {7, 21, "550"},
    {7, 22, "550"},
    {7, 23, "550"},
    {7, 24, "451 550"},
    {7, 25, "550"},
    {7, 26, "550"},
    {7, 27, "550"},
    {7, 28, ""},
    {7, 29, "550"},
    {7, 30, "550"},
};

// What receivers are known to send although the registry has no such pair: a document that imitates
// them is not odd.
struct Seen {
  std::string_view enhanced;
  std::string_view codes;
};

constexpr Seen kSeen[] = {
    {"4.1.1", "421 450 452"},              // Postfix 450 (unverified recipient), Comcast
    {"4.1.8", "450"},                      // Postfix: the sender's domain is not found
    {"4.2.2", "422 450 452"},              // Dovecot, Gmail and Zimbra 452, Sendmail 450
    {"4.3.0", "450 454"},                  // Sendmail 450, Postfix 454
    {"4.3.1", "421 431"},                  // Sendmail 421, Exchange 431
    {"4.3.2", "421 432 450 451 452"},      // Postfix, Exchange, Dovecot and Sendmail 421
    {"4.4.2", "451"},                      // Gmail, qmail
    {"4.4.5", "421 452"},                  // Gmail and IronPort 421, Sendmail 452: no space
    {"4.5.3", "452"},                      // Postfix, Gmail, Sendmail: too many recipients
    {"4.5.4", "454"},                      // Sendmail
    {"4.7.0", "421 451"},                  // Gmail, Postfix, Sendmail, Yahoo
    {"4.7.1", "421 450"},                  // Postfix 450 (greylisting), Yahoo 421
    {"4.7.25", "450"},                     // Postfix: the client has no name
    {"4.7.26", "421 451"},                 // Gmail
    {"4.7.32", "421"},                     // Gmail
    {"4.7.500", "451"},                    // Microsoft 365, like those that follow
    {"4.7.650", "451"},
    {"4.7.700", "451"},
    {"5.1.1", "552"},                      // Comcast, Orange
    {"5.1.10", "550"},                     // Microsoft 365
    {"5.2.2", "550 554"},                  // Exchange
    {"5.2.4", "524"},                      // OpenSMTPD
    {"5.2.121", "554"},                    // Microsoft 365
    {"5.2.122", "554"},                    // Microsoft 365
    {"5.3.1", "550 552"},                  // for good, which RFC 3463 does not foresee
    {"5.4.1", "550"},                      // Microsoft 365
    {"5.5.0", "550"},                      // Microsoft 365
    {"5.5.1", "521"},                      // Postfix
    {"5.5.2", "521"},                      // Postfix
    {"5.6.11", "550"},                     // Microsoft 365
    {"5.7.1", "553 554"},                  // Postfix and iCloud 554, Yahoo 553
    {"5.7.2", "553"},                      // Yahoo
    {"5.7.9", "554"},                      // Yahoo
    {"5.7.57", "530"},                     // Microsoft 365
    {"5.7.64", "550"},                     // Microsoft 365
    {"5.7.509", "550"},                    // Microsoft 365
    {"5.7.606", "550"},                    // Microsoft 365
};

// RFC 5321 4.2.3, and 334 of RFC 4954; the others of the extensions stand in the registry's rows.
constexpr std::array<std::uint16_t, 25> kReplyCodes = {
    211, 214, 220, 221, 250, 251, 252, 334, 354, 421, 450, 451, 452,
    455, 500, 501, 502, 503, 504, 550, 551, 552, 553, 554, 555,
};

// clang-format on

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes one to three digits off the front of `text`.
std::optional<std::uint16_t> take_number(std::string_view& text) {
  unsigned value = 0;
  std::size_t used = 0;
  while (used < text.size() && used < 3 && is_digit(text[used])) {
    value = value * 10 + static_cast<unsigned>(text[used++] - '0');
  }
  if (used == 0) return std::nullopt;
  text.remove_prefix(used);
  return static_cast<std::uint16_t>(value);
}

bool take_dot(std::string_view& text) {
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<EnhancedCode> parse_enhanced(std::string_view text) {
  const auto kind = take_number(text);
  if (!kind || (*kind != 2 && *kind != 4 && *kind != 5) || !take_dot(text)) return std::nullopt;
  const auto subject = take_number(text);
  if (!subject || !take_dot(text)) return std::nullopt;
  const auto detail = take_number(text);
  if (!detail || !text.empty()) return std::nullopt;
  return EnhancedCode{.kind = *kind, .subject = *subject, .detail = *detail};
}

std::string_view leading_enhanced(std::string_view text) {
  const auto word = text.substr(0, text.find(' '));
  return parse_enhanced(word) ? word : std::string_view();
}

std::optional<std::string_view> registered_codes(const EnhancedCode& code) {
  const auto* const row =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& candidate) {
        return candidate.subject == code.subject && candidate.detail == code.detail;
      });
  if (row == std::end(kRows)) return std::nullopt;
  return row->codes;
}

bool is_seen_pair(std::uint16_t code, std::string_view enhanced) {
  const std::string digits = std::to_string(code);
  return std::any_of(std::begin(kSeen), std::end(kSeen), [&](const Seen& row) {
    return row.enhanced == enhanced && row.codes.find(digits) != std::string_view::npos;
  });
}

bool is_seen_code(std::uint16_t code) {
  const std::string digits = std::to_string(code);
  return std::any_of(std::begin(kSeen), std::end(kSeen), [&](const Seen& row) {
    return row.codes.find(digits) != std::string_view::npos;
  });
}

bool is_standard_code(std::uint16_t code) {
  if (std::find(kReplyCodes.begin(), kReplyCodes.end(), code) != kReplyCodes.end()) return true;
  const std::string digits = std::to_string(code);
  return std::any_of(std::begin(kRows), std::end(kRows), [&](const Row& row) {
    return row.codes.find(digits) != std::string_view::npos;
  });
}

}  // namespace smtp
