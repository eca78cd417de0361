// Paths: see the header. A cursor walks the text once; each part takes what it understands or says
// what it missed.
#include "smtp/path.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ip.hpp"
#include "base/text.hpp"
#include "smtp/octets.hpp"

namespace smtp {

namespace {

constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestDomain = 255;
constexpr std::size_t kLongestPath = 256;  // with its brackets
constexpr std::size_t kLongestLabel = 63;

constexpr std::string_view kBadLocal = "the local part is malformed";
constexpr std::string_view kBadDomain = "the domain is malformed";
constexpr std::string_view kNoEnd = "the path lacks its closing bracket";

constexpr bool is_eight_bit(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (base::ascii_lower(c) >= 'a' && base::ascii_lower(c) <= 'z');
}

using OctetSet = std::array<bool, 256>;

// The octets of `others`, letters, digits and those above 127.
constexpr OctetSet letters_digits_and(std::string_view others) {
  OctetSet set{};
  for (std::size_t octet = 0; octet < set.size(); ++octet) {
    const auto c = static_cast<char>(octet);
    set[octet] = is_alnum(c) || is_eight_bit(c) || others.find(c) != std::string_view::npos;
  }
  return set;
}

constexpr bool has(const OctetSet& set, char c) {
  return set[static_cast<unsigned char>(c)];
}

// RFC 5322 3.2.3, RFC 6531 3.3; the dot is told apart by its neighbours.
constexpr auto kLocal = letters_digits_and("!#$%&'*+-/=?^_`{|}~.");

// The underscore is not legal, but names that have one send mail.
constexpr auto kLabel = letters_digits_and("-_");

constexpr bool is_printable(char c) {
  return (c >= ' ' && c <= '~') || is_eight_bit(c);
}

// Length of the quoted string at the front with both quotes; 0 if it is not one.
std::size_t quoted_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
    if (i >= text.size() || !is_printable(text[i])) return 0;
  }
  return 0;
}

// Length of the dot-string at the front; 0 if there is none or it is malformed.
std::size_t dot_string_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && has(kLocal, text[i])) ++i;
  const auto local = text.substr(0, i);
  if (local.empty() || local.front() == '.' || local.back() == '.') return 0;
  return local.find("..") == std::string_view::npos ? i : 0;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return has(kLabel, c); });
}

bool is_domain_name(std::string_view domain) {
  while (true) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

// The inside of "[...]" (RFC 5321 4.1.3): an IPv4 address, "IPv6:" and one, or "tag:" and anything
// printable.
bool is_literal(std::string_view inside) {
  const auto colon = inside.find(':');
  if (colon == std::string_view::npos) {
    const auto address = base::parse_ip(inside);
    return address && address->is_v4();
  }
  const auto tag = inside.substr(0, colon);
  const auto content = inside.substr(colon + 1);
  if (base::same_text(tag, "IPv6")) return base::parse_ip(content).has_value();
  if (!is_label(tag) || content.empty()) return false;
  return std::all_of(content.begin(), content.end(), [](char c) {
    return c >= '!' && c <= '~' && std::string_view("[]\\").find(c) == std::string_view::npos;
  });
}

// Length of the domain or address literal at the front, up to one of `ends`; 0 if it is malformed.
std::size_t domain_length(std::string_view text, std::string_view ends) {
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find(']');
    if (close >= kLongestDomain) return 0;  // too long, or none
    return is_literal(text.substr(1, close - 1)) ? close + 1 : 0;
  }
  const auto length = std::min(text.find_first_of(ends), text.size());
  if (length > kLongestDomain) return 0;
  return is_domain_name(text.substr(0, length)) ? length : 0;
}

// Length of the source route "@a,@b:" at the front; 0 if it is malformed.
std::size_t route_length(std::string_view text) {
  std::size_t used = 0;
  while (used < text.size() && text[used] == '@') {
    ++used;
    const auto domain = domain_length(text.substr(used), ",:");
    used += domain;
    if (domain == 0 || used >= text.size()) return 0;
    const char mark = text[used++];
    if (mark == ':') return used;
    if (mark != ',') return 0;
  }
  return 0;
}

// Length of the mailbox at the front, up to the ">".
tl::expected<std::size_t, std::string_view> mailbox_length(std::string_view text, PathKind kind) {
  // The sender that qmail and Courier give a bounce of a bounce.
  constexpr std::string_view kDoubleBounce = "#@[]";
  if (kind == PathKind::reverse && text.starts_with(kDoubleBounce)) return kDoubleBounce.size();

  const bool quoted = !text.empty() && text.front() == '"';
  const auto local = quoted ? quoted_length(text) : dot_string_length(text);
  if (local == 0) return tl::unexpected(kBadLocal);
  if (local > kLongestLocal)
    return tl::unexpected(std::string_view("the local part is over 64 octets"));
  if (local == text.size()) return tl::unexpected(kNoEnd);
  if (text[local] == '>') {
    const bool postmaster = base::same_text(text.substr(0, local), "postmaster");
    if (postmaster && kind == PathKind::forward) return local;
    return tl::unexpected(std::string_view("the address lacks its domain"));
  }
  if (text[local] != '@') return tl::unexpected(kBadLocal);
  const auto behind = text.substr(local + 1);
  const auto domain = domain_length(behind, ">");
  if (domain == 0) return tl::unexpected(kBadDomain);
  return local + 1 + domain;
}

// Length of the UTF-8 sequence at the front, as its first octet announces it; 0 if none can begin
// so.
std::size_t announced_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// The second octet tells overlong forms, surrogates and what lies beyond U+10FFFF.
bool fits_second(unsigned char lead, unsigned char second) {
  const unsigned low = lead == 0xE0 ? 0xA0U : lead == 0xF0 ? 0x90U : 0x80U;
  const unsigned high = lead == 0xED ? 0x9FU : lead == 0xF4 ? 0x8FU : 0xBFU;
  return second >= low && second <= high;
}

}  // namespace

tl::expected<Path, std::string_view> parse_path(std::string_view text, PathKind kind) {
  if (text.empty() || text.front() != '<') {
    return tl::unexpected(std::string_view("the path must stand in angle brackets"));
  }
  if (kind == PathKind::reverse && text.starts_with("<>")) {
    return Path{.address = text.substr(1, 0), .rest = text.substr(2)};
  }
  std::size_t start = 1;
  if (text.substr(1).starts_with('@')) {
    const auto route = route_length(text.substr(1));
    if (route == 0) return tl::unexpected(std::string_view("the source route is malformed"));
    start += route;
  }
  const auto mailbox = mailbox_length(text.substr(start), kind);
  if (!mailbox) return tl::unexpected(mailbox.error());
  const auto end = start + *mailbox;
  if (end >= text.size() || text[end] != '>') return tl::unexpected(kNoEnd);
  if (end + 1 > kLongestPath)
    return tl::unexpected(std::string_view("the path is over 256 octets"));
  const auto address = text.substr(start, *mailbox);
  if (!is_utf8(address)) return tl::unexpected(std::string_view("the address is not UTF-8"));
  return Path{.address = address, .rest = text.substr(end + 1)};
}

bool is_utf8(std::string_view text) {
  if (!has_eight_bit(text)) return true;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const auto length = announced_length(lead);
    if (length == 0 || text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto octet = static_cast<unsigned char>(text[i + k]);
      if (k == 1 ? !fits_second(lead, octet) : (octet & 0xC0U) != 0x80U) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace smtp
