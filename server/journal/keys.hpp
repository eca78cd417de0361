// The text of a delivery key: what the receiver's set-up says belongs to one delivery, as far as it
// is known yet. Parts: sender, recipient, envid, message_id, header.X, param.X. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/event.hpp"

namespace journal {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// What is known of one recipient of one transaction. Views; the owner of the transaction outlives
// the call.
struct KeySource {
  std::string_view sender;
  std::string_view recipient;
  const Parameters* mail = nullptr;       // parameters of MAIL
  const Parameters* rcpt = nullptr;       // parameters of RCPT: they win over those of MAIL
  const MessageFacts* message = nullptr;  // once the content is known
};

// The value of a parameter, by its keyword in any case; none: it was not given.
[[nodiscard]] std::optional<std::string_view> parameter_of(
    const Parameters& parameters, std::string_view keyword
);

// "sender=a@x recipient=b@y": addresses with their domains in lower case, unknown parts left out,
// blanks and backslashes in a value behind a backslash, so that different values never give the
// same text.
[[nodiscard]] std::string delivery_key(const Setup& setup, const KeySource& source);

// The key names something that only the content tells.
[[nodiscard]] bool key_needs_content(const Setup& setup);

}  // namespace journal
