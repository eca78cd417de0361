// Replies: see the header. What a reply may look like is checked here once, at load; at run time it
// is bytes.
#include "smtp/reply.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/registry.hpp"

namespace smtp {

namespace {

constexpr std::size_t kLongestLine = 4096;  // accepted in a document
constexpr std::size_t kStandardLine = 512;  // RFC 5321 4.5.3.1.5, with CRLF
constexpr std::size_t kCodeLength = 3;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The code a line begins with; 0 if it has none in 200..599.
std::uint16_t code_of(std::string_view line) {
  if (line.size() < kCodeLength || line[0] < '2' || line[0] > '5') return 0;
  if (!is_digit(line[1]) || !is_digit(line[2])) return 0;
  return static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
}

std::string_view text_behind_code(std::string_view line) {
  return line.substr(std::min(line.size(), kCodeLength + 1));
}

// What is wrong with one line of a document's reply.
std::optional<base::Error> fault_of(std::string_view line, bool last) {
  const auto quoted = [&] { return base::printable(line, 60); };
  if (code_of(line) == 0) {
    return base::Error{
        fmt::format(
            "reply '{}' does not start with a code of three digits from 200 to 599", quoted()
        ),
        "write it as on the wire: \"452 4.3.1 Mail system full\""};
  }
  if (line.size() > kLongestLine) {
    return base::Error{
        fmt::format("reply line '{}' is longer than {} octets", quoted(), kLongestLine), {}};
  }
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return base::Error{
        fmt::format("reply line '{}' contains CR, LF or NUL", quoted()),
        "a reply of several lines is a list of strings"};
  }
  if (line.size() == kCodeLength) return std::nullopt;
  const char mark = line[kCodeLength];
  if (mark != ' ' && mark != '-') {
    return base::Error{
        fmt::format(
            "reply '{}' has '{}' behind its code",
            quoted(),
            base::printable(line.substr(kCodeLength, 1))
        ),
        "a space ends the reply, '-' announces another line"};
  }
  if (last && mark == '-') {
    return base::Error{
        fmt::format("the last line of a reply is '{}'", quoted()),
        "its code ends with a space, not '-'"};
  }
  if (!last && mark == ' ') {
    return base::Error{
        fmt::format("reply line '{}' is not the last one", quoted()), "put '-' behind its code"};
  }
  return std::nullopt;
}

// Calls `visit(line)` for each line of `wire`, without its CRLF.
template <typename Visit>
void for_each_line(std::string_view wire, Visit visit) {
  while (!wire.empty()) {
    const auto end = wire.find("\r\n");
    visit(wire.substr(0, end));
    if (end == std::string_view::npos) return;
    wire.remove_prefix(end + 2);
  }
}

void note_line(std::string_view line, std::vector<std::string>& notes) {
  if (line.size() + 2 > kStandardLine) {
    notes.push_back(fmt::format(
        "a reply line of {} octets is over the limit of 512 (RFC 5321 4.5.3.1.5)", line.size() + 2
    ));
  }
  if (std::any_of(line.begin(), line.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80;
      })) {
    notes.push_back(fmt::format(
        "'{}' has octets outside ASCII, which only SMTPUTF8 clients may see",
        base::printable(line, 60)
    ));
  }
}

// What the registry and RFC 3463 have to say about a basic and an enhanced code together.
void note_pair(std::uint16_t code, std::string_view enhanced, std::vector<std::string>& notes) {
  const auto parsed = parse_enhanced(enhanced);
  if (!parsed) return;
  if (parsed->kind != code / 100) {
    notes.push_back(
        fmt::format("the classes of {} and {} differ: senders follow {}", code, enhanced, code)
    );
    return;
  }
  if (is_seen_pair(code, enhanced)) return;
  if (parsed->kind == 5 && parsed->subject == 3 && parsed->detail == 1) {
    notes.push_back(
        "5.3.1 is permanent, but RFC 3463 keeps X.3.1 (mail system full) for persistent transient "
        "errors"
    );
  }
  const auto codes = registered_codes(*parsed);
  if (!codes) {
    notes.push_back(fmt::format("{} is not an enhanced code of the IANA registry", enhanced));
  } else if (!is_registered_pair(code, enhanced)) {
    notes.push_back(fmt::format(
        "the IANA registry does not list {} with {} (it has {})", code, enhanced, *codes
    ));
  }
}

}  // namespace

Reply make_reply(std::uint16_t code, std::string_view enhanced, std::string_view text) {
  Reply reply{.code = code, .enhanced = std::string(enhanced)};
  auto& wire = reply.wire;
  wire.reserve(kCodeLength + enhanced.size() + text.size() + 4);
  wire.push_back(static_cast<char>('0' + code / 100));
  wire.push_back(static_cast<char>('0' + code / 10 % 10));
  wire.push_back(static_cast<char>('0' + code % 10));
  for (const auto part : {enhanced, text}) {
    if (!part.empty()) wire.append(" ").append(part);
  }
  wire.append("\r\n");
  return reply;
}

base::Result<Reply> parse_reply(std::span<const std::string> lines) {
  if (lines.empty())
    return base::failure("a reply has no lines", "write at least its code: \"452\"");
  Reply reply;
  for (const auto& line : lines) {
    const bool last = &line == &lines.back();
    if (auto fault = fault_of(line, last)) return tl::unexpected(std::move(*fault));
    reply.wire.append(line);
    if (line.size() == kCodeLength && !last) reply.wire.push_back('-');
    reply.wire.append("\r\n");
    // The last line that has an enhanced code gives the reply's.
    const auto enhanced = leading_enhanced(text_behind_code(line));
    if (!enhanced.empty()) reply.enhanced = enhanced;
  }
  reply.code = code_of(lines.back());
  return reply;
}

std::vector<std::string> oddities(const Reply& reply) {
  std::vector<std::string> notes;
  bool mixed = false;
  for_each_line(reply.wire, [&](std::string_view line) {
    mixed = mixed || code_of(line) != reply.code;
    note_line(line, notes);
  });
  if (mixed)
    notes.push_back("the lines have different codes: some senders follow the first, some the last");
  if (!is_standard_code(reply.code) && !is_seen_code(reply.code)) {
    notes.push_back(fmt::format(
        "{} is not a code of RFC 5321 or its extensions: senders follow its first digit", reply.code
    ));
  }
  note_pair(reply.code, reply.enhanced, notes);
  return notes;
}

std::string text_of(const Reply& reply) {
  std::string text;
  text.reserve(reply.wire.size());
  for_each_line(reply.wire, [&](std::string_view line) {
    if (!text.empty()) text.push_back('\n');
    text.append(line);
  });
  return text;
}

bool is_registered_pair(std::uint16_t code, std::string_view enhanced) {
  const auto parsed = parse_enhanced(enhanced);
  if (!parsed || parsed->kind != code / 100) return false;
  const auto codes = registered_codes(*parsed);
  if (!codes) return false;
  if (codes->empty() || *codes == "any") return true;
  const std::string digits = std::to_string(code);
  return codes->find(digits) != std::string_view::npos ||
         codes->find(digits.substr(0, 1) + "xx") != std::string_view::npos;
}

}  // namespace smtp
