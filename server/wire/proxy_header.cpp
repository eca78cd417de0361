#include "wire/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace wire {

namespace {

constexpr std::string_view kBegin = "PROXY ";
constexpr std::string_view kHint =
    "a header is \"PROXY TCP4 192.0.2.1 192.0.2.2 56324 25\" and CRLF";

template <typename... Parts>
tl::unexpected<base::Error> wrong(fmt::format_string<Parts...> text, Parts&&... parts) {
  return tl::unexpected(base::Error{
      fmt::format(text, std::forward<Parts>(parts)...), std::string(kHint)});
}

// Between two single spaces each.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto end = line.find(' ');
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end + 1);
  }
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  const bool padded = text.size() > 1 && text.front() == '0';
  return whole && !padded && port <= 65535;
}

// An address of the family that the header names.
std::optional<base::IpAddress> address_of(std::string_view text, bool v4) {
  const bool looks_v4 = text.find(':') == std::string_view::npos;
  const auto address = base::parse_ip(text);
  if (!address || looks_v4 != v4) return std::nullopt;
  return *address;
}

base::Result<std::optional<base::IpAddress>> client_in(std::string_view line) {
  const auto words = words_of(line.substr(kBegin.size()));
  if (words[0] == "UNKNOWN") return std::optional<base::IpAddress>();
  const bool v4 = words[0] == "TCP4";
  if (!v4 && words[0] != "TCP6") {
    return wrong("'{}' is no family of addresses", base::printable(words[0], 20));
  }
  if (words.size() != 5) return wrong("a PROXY header has six words, not {}", words.size() + 1);
  for (const auto word : {words[1], words[2]}) {
    if (!address_of(word, v4)) {
      return wrong("'{}' is no address of {}", base::printable(word, 50), words[0]);
    }
  }
  for (const auto word : {words[3], words[4]}) {
    if (!is_port(word)) return wrong("'{}' is no port", base::printable(word, 20));
  }
  return address_of(words[1], v4);
}

}  // namespace

base::Result<std::optional<ProxyHeader>> parse_proxy_header(std::string_view input) {
  const auto begin = input.substr(0, kBegin.size());
  if (begin != kBegin.substr(0, begin.size())) {
    return wrong("'{}' is no PROXY header", base::printable(begin, 20));
  }
  const auto line = input.substr(0, kLongestProxyHeader);
  const auto end = line.find('\n');
  if (end == std::string_view::npos) {
    if (line.size() < kLongestProxyHeader) return std::optional<ProxyHeader>();
    return wrong("a PROXY header of over {} octets", kLongestProxyHeader);
  }
  if (line[end - 1] != '\r') return wrong("a PROXY header ends with CRLF, not with LF alone");
  const auto client = client_in(line.substr(0, end - 1));
  if (!client) return tl::unexpected(client.error());
  return ProxyHeader{.client = *client, .octets = end + 1};
}

}  // namespace wire
