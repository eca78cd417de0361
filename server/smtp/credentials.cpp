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

std::string masked(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::string(line);
  if (!base::same_text(line.substr(begin, kAuth.size()), kAuth)) return std::string(line);
  const auto verb = line.substr(begin, kAuth.size());
  auto rest = line.substr(begin + kAuth.size());
  if (rest.empty()) return std::string(verb);
  if (!is_blank(rest.front())) return std::string(verb) + std::string(kMasked);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return rest.empty() ? std::string(verb) : std::string(verb) + " " + masked_argument(rest);
}

}  // namespace smtp
