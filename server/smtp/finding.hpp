// What is worth knowing about a client's use of the protocol, whether or not it was refused. Adding
// a kind is a row in finding.cpp. Values only, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace smtp {

enum class FindingKind : std::uint8_t {
  early_talker,
  bare_lf,
  bare_cr,
  nul,
  line_too_long,
  bad_syntax,
  bad_sequence,
  unoffered_pipelining,
  illegal_pipelining,
  unoffered_extension,
  eight_bit,
  smuggling,
  auth_in_clear,
  plaintext_after_starttls,
  ehlo_skipped,
  dot_not_stuffed,
  size_wrong,
  data_without_recipients,
  command_after_421,
  missing_date,
  missing_from,
  missing_message_id,
  message_id_reused,
};

struct FindingRow {
  FindingKind kind;
  std::string_view name;
  std::string_view doc;  // one sentence
};

// One row per kind, in their order.
[[nodiscard]] std::span<const FindingRow> finding_rows();

[[nodiscard]] std::string_view name_of(FindingKind kind);

struct Finding {
  FindingKind kind;
  // Printable. A session reports each kind at most once per command or message, with its count.
  std::string detail;

  bool operator==(const Finding&) const = default;
};

}  // namespace smtp
