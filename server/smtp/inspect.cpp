// Findings about lines and messages: see the header.
#include "smtp/inspect.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "smtp/headers.hpp"
#include "smtp/octets.hpp"

namespace smtp {

std::string times(std::uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

void inspect_line(const Line& line, const EightBitUse& use, std::vector<Finding>& findings) {
  if (line.too_long) {
    findings.push_back(
        {FindingKind::line_too_long, fmt::format("a command line of {} octets", line.length)}
    );
  }
  if (line.bare_lf)
    findings.push_back({FindingKind::bare_lf, "the command line ends with LF alone"});
  const auto crs = static_cast<std::uint64_t>(std::count(line.text.begin(), line.text.end(), '\r'));
  if (crs > 0) {
    findings.push_back(
        {FindingKind::bare_cr, fmt::format("CR without LF in a command, {}", times(crs))}
    );
  }
  const auto octets = special_octets(line.text);
  if (octets.nul > 0) {
    findings.push_back({FindingKind::nul, fmt::format("NUL in a command, {}", times(octets.nul))});
  }
  if (octets.eight_bit > 0 && !use.envelope) {
    findings.push_back(
        {FindingKind::eight_bit,
         fmt::format("{} 8-bit octets in a command without SMTPUTF8", octets.eight_bit)}
    );
  }
}

void inspect_message(
    const LineFaults& lines,
    const Intake& intake,
    const EightBitUse& use,
    std::vector<Finding>& findings
) {
  const auto add = [&](FindingKind kind, std::uint64_t count, std::string_view what) {
    if (count > 0)
      findings.push_back({kind, fmt::format("{} in the message, {}", what, times(count))});
  };
  if (!use.binary) {
    add(FindingKind::bare_lf, lines.bare_lf, "LF without CR");
    add(FindingKind::bare_cr, lines.bare_cr, "CR without LF");
    add(FindingKind::nul, intake.nuls(), "NUL");
    add(FindingKind::line_too_long, lines.long_lines, "a line over 1000 octets");
  }
  add(FindingKind::dot_not_stuffed, lines.lost_dots, "a line that began with a single dot");
  const auto headers = use.envelope ? 0 : intake.eight_bit().headers;
  const auto body = use.body || use.binary ? 0 : intake.eight_bit().body;
  if (headers + body > 0) {
    findings.push_back(
        {FindingKind::eight_bit,
         fmt::format(
             "8-bit octets: {} in the header without SMTPUTF8, {} in the body without "
             "BODY=8BITMIME",
             headers,
             body
         )}
    );
  }
  if (auto text = lines.look_alikes_text(); !text.empty()) {
    findings.push_back({FindingKind::smuggling, "looks like the end of data: " + text});
  }
}

void inspect_content(
    const Message& message, std::uint64_t declared, std::vector<Finding>& findings
) {
  if (declared > 0 && message.size > declared) {
    findings.push_back(
        {FindingKind::size_wrong,
         fmt::format("a message of {} octets, its SIZE said {}", message.size, declared)}
    );
  }
  // What was not kept may hold them.
  if (message.headers.size() >= Message::kMaxHeaders) return;
  for (const auto& [name, kind] :
       {std::pair{"Date", FindingKind::missing_date},
        std::pair{"From", FindingKind::missing_from},
        std::pair{"Message-ID", FindingKind::missing_message_id}}) {
    if (!header_values(message.headers, name, 1).empty()) continue;
    findings.push_back({kind, fmt::format("the message has no field {}", name)});
  }
}

}  // namespace smtp
