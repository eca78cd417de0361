// Only what is known to be harmless is shown, since clients put credentials where no syntax puts
// them: without a mechanism, glued to the verb, behind "=" or a control character.
#include "smtp/credentials.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace smtp {

namespace {

constexpr std::string_view kAuth = "AUTH";
constexpr std::string_view kMasked = "***";

constexpr std::array<std::string_view, 13> kMechanisms = {
    "ANONYMOUS",
    "CRAM-MD5",
    "DIGEST-MD5",
    "EXTERNAL",
    "GSSAPI",
    "LOGIN",
    "NTLM",
    "OAUTHBEARER",
    "PLAIN",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1-PLUS",
    "XOAUTH2",
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

bool is_mechanism(std::string_view word) {
  return std::any_of(kMechanisms.begin(), kMechanisms.end(), [&](std::string_view name) {
    return base::same_text(name, word);
  });
}

std::string masked_argument(std::string_view argument) {
  const auto end = std::find_if(argument.begin(), argument.end(), is_blank);
  const auto mechanism = argument.substr(0, static_cast<std::size_t>(end - argument.begin()));
  if (!is_mechanism(mechanism)) return std::string(argument.empty() ? argument : kMasked);
  if (std::all_of(end, argument.end(), is_blank)) return std::string(mechanism);
  return std::string(mechanism) + " " + std::string(kMasked);
}

namespace {

// Where the verb stands as a word of its own, whatever is before it.
std::size_t place_of_auth(std::string_view line) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  for (std::size_t at = 0; at + kAuth.size() <= line.size(); ++at) {
    if (base::ascii_lower(line[at]) != 'a') continue;
    if (!base::same_text(line.substr(at, kAuth.size()), kAuth)) continue;
    const bool begins_line = line.find_first_not_of(" \t") == at;
    if (begins_line) return at;
    if (is_letter(line[at - 1])) continue;
    const auto behind = at + kAuth.size();
    if (behind == line.size() || static_cast<unsigned char>(line[behind]) <= ' ') return at;
  }
  return std::string_view::npos;
}

// The secret of another protocol's login, or of a misspelt one.
std::size_t place_of_secret(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
    const auto word = line.substr(at, end - at);
    if (end < line.size() && (is_mechanism(word) || base::same_text(word, "PASS"))) return end + 1;
    at = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::string masked(std::string_view line) {
  const auto begin = place_of_auth(line);
  if (begin == std::string_view::npos) {
    const auto secret = place_of_secret(line);
    if (secret == std::string_view::npos) return std::string(line);
    return std::string(line.substr(0, secret)) + std::string(kMasked);
  }
  const bool first = line.find_first_not_of(" \t") == begin;
  const auto verb = line.substr(first ? begin : 0, (first ? 0 : begin) + kAuth.size());
  auto rest = line.substr(begin + kAuth.size());
  if (rest.empty()) return std::string(verb);
  if (!is_blank(rest.front())) return std::string(verb) + std::string(kMasked);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return rest.empty() ? std::string(verb) : std::string(verb) + " " + masked_argument(rest);
}

}  // namespace smtp
