// The argument of XCLIENT: see the header.
#include "smtp/xclient.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ip.hpp"
#include "base/text.hpp"
#include "smtp/xtext.hpp"

namespace smtp {

namespace {

constexpr std::size_t kLongestText = 255;
constexpr std::string_view kIpv6 = "IPV6:";

// Makes of a value what is meant by it; false: it is ill-formed.
using Reader = bool (*)(std::string& value);

bool is_text(std::string& value) {
  const bool controls = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  return value.size() <= kLongestText && !controls && base::is_utf8(value);
}

bool is_address(std::string& value) {
  const bool six = base::same_text(std::string_view(value).substr(0, kIpv6.size()), kIpv6);
  const auto address = base::parse_ip(std::string_view(value).substr(six ? kIpv6.size() : 0));
  if (!address || address->is_v4() == six) return false;
  value = base::to_string(*address);
  return true;
}

bool is_port(std::string& value) {
  std::uint16_t port = 0;
  const auto* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, port);
  return error == std::errc() && rest == end;
}

bool is_protocol(std::string& value) {
  return base::same_text(value, "SMTP") || base::same_text(value, "ESMTP");
}

struct Attribute {
  std::string_view name;
  Reader read;
  std::string ClaimedPeer::*member;  // nullptr: it changes nothing
};

constexpr std::array kAttributes = {
    Attribute{"NAME", is_text, nullptr},
    Attribute{"ADDR", is_address, &ClaimedPeer::address},
    Attribute{"PORT", is_port, nullptr},
    Attribute{"PROTO", is_protocol, nullptr},
    Attribute{"HELO", is_text, &ClaimedPeer::ehlo},
    Attribute{"LOGIN", is_text, &ClaimedPeer::login},
    Attribute{"DESTADDR", is_address, nullptr},
    Attribute{"DESTPORT", is_port, nullptr},
};

bool is_unknown(std::string_view value) {
  return base::same_text(value, "[UNAVAILABLE]") || base::same_text(value, "[TEMPUNAVAIL]");
}

// "NAME=value"; nullopt: well-formed, else what to say.
std::optional<std::string_view> take(
    std::string_view word, std::array<bool, kAttributes.size()>& seen, ClaimedPeer& claimed
) {
  const auto equals = word.find('=');
  const auto* const row =
      std::find_if(kAttributes.begin(), kAttributes.end(), [&](const Attribute& attribute) {
        return base::same_text(attribute.name, word.substr(0, equals));
      });
  if (equals == std::string_view::npos || row == kAttributes.end()) return "Bad XCLIENT attribute";
  auto& known = seen[static_cast<std::size_t>(row - kAttributes.begin())];
  if (std::exchange(known, true)) return "XCLIENT attribute given twice";
  auto value = decode_xtext(word.substr(equals + 1));
  if (!value || value->empty()) return "Bad XCLIENT value";
  if (is_unknown(*value)) return std::nullopt;
  if (!row->read(*value)) return "Bad XCLIENT value";
  if (row->member != nullptr) claimed.*row->member = std::move(*value);
  return std::nullopt;
}

}  // namespace

tl::expected<ClaimedPeer, std::string_view> parse_xclient(std::string_view argument) {
  if (argument.empty()) return tl::unexpected(std::string_view("Syntax: XCLIENT attribute=value"));
  ClaimedPeer claimed;
  std::array<bool, kAttributes.size()> seen{};
  while (!argument.empty()) {
    const auto word = argument.substr(0, argument.find(' '));
    argument.remove_prefix(word.size());
    argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
    if (const auto fault = take(word, seen, claimed)) return tl::unexpected(*fault);
  }
  return claimed;
}

}  // namespace smtp
