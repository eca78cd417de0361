// The table of verbs: see the header.
#include "smtp/verbs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace smtp {

namespace {

using base::Stage;
using enum Progress;
using enum InGroup;
using enum InClear;

constexpr std::uint16_t kLine = 512;  // RFC 5321 4.5.3.1.4
// Room for the parameters of RFC 1870, 3461, 4954, 6152 and 6531, and for some more.
constexpr std::uint16_t kMail = 512 + 500 + 200;
constexpr std::uint16_t kRcpt = 512 + 500 + 50;
constexpr std::uint16_t kAuth = 12288;  // RFC 4954 4
constexpr std::string_view kNoMail = "Send MAIL first";
constexpr std::string_view kNoRecipient = "Send RCPT first";

// clang-format off
constexpr std::array kRows = {
    //       verb            spelling    stage            from        to          group     in clear  limit      extension   needs
    VerbRow{Verb::ehlo,     "EHLO",     Stage::ehlo,     fresh,      recipients, last,     open,    kLine,     "",         ""},
    VerbRow{Verb::helo,     "HELO",     Stage::ehlo,     fresh,      recipients, last,     open,    kLine,     "",         ""},
    VerbRow{Verb::lhlo,     "LHLO",     Stage::ehlo,     fresh,      recipients, last,     open,    kLine,     "",         ""},
    VerbRow{Verb::mail,     "MAIL",     Stage::mail,     introduced, introduced, anywhere, guarded, kMail,     "",         "Send EHLO or HELO first"},
    VerbRow{Verb::rcpt,     "RCPT",     Stage::rcpt,     sender,     recipients, anywhere, guarded, kRcpt,     "",         kNoMail},
    VerbRow{Verb::data,     "DATA",     Stage::data,     recipients, recipients, last,     guarded, kLine,     "",         kNoRecipient},
    VerbRow{Verb::bdat,     "BDAT",     Stage::data,     recipients, recipients, anywhere, guarded, kLine,     "CHUNKING", kNoRecipient},
    VerbRow{Verb::rset,     "RSET",     Stage::rset,     fresh,      recipients, anywhere, open,    kLine,     "",         ""},
    VerbRow{Verb::noop,     "NOOP",     Stage::noop,     fresh,      recipients, last,     open,    kLine,     "",         ""},
    VerbRow{Verb::quit,     "QUIT",     Stage::quit,     refused,    recipients, last,     open,    kLine,     "",         ""},
    VerbRow{Verb::vrfy,     "VRFY",     Stage::vrfy,     fresh,      recipients, last,     guarded, kLine,     "",         ""},
    VerbRow{Verb::expn,     "EXPN",     std::nullopt,    fresh,      recipients, last,     guarded, kLine,     "",         ""},
    VerbRow{Verb::help,     "HELP",     std::nullopt,    fresh,      recipients, anywhere, guarded, kLine,     "",         ""},
    VerbRow{Verb::starttls, "STARTTLS", Stage::starttls, fresh,      recipients, last,     open,    kLine,     "STARTTLS", ""},
    VerbRow{Verb::auth,     "AUTH",     Stage::auth,     fresh,      recipients, last,     guarded, kAuth,     "AUTH",     ""},
    VerbRow{Verb::etrn,     "ETRN",     std::nullopt,    fresh,      recipients, anywhere, guarded, kLine,     "ETRN",     ""},
    VerbRow{Verb::xclient,  "XCLIENT",  std::nullopt,    fresh,      introduced, last,     open,    kLine,     "XCLIENT",  ""},
    VerbRow{Verb::unknown,  "",         std::nullopt,    fresh,      recipients, anywhere, open,    kLine,     "",         ""},
};

// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].verb) != i) return false;
  }
  return true;
}

static_assert(in_order(), "a verb's row stands at its own number");

// A word of at most eight letters as a number, case folded; 0 for any other.
constexpr std::uint64_t key_of(std::string_view word) {
  if (word.size() > sizeof(std::uint64_t)) return 0;
  std::uint64_t key = 0;
  for (const char c : word) {
    const char folded = base::ascii_lower(c);
    if (folded < 'a' || folded > 'z') return 0;
    key = key << 8U | static_cast<std::uint64_t>(folded);
  }
  return key;
}

constexpr auto kKeys = [] {
  std::array<std::uint64_t, kRows.size()> keys{};
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(kRows[i].spelling);
  return keys;
}();

}  // namespace

std::span<const VerbRow> verbs() {
  return kRows;
}

const VerbRow& row_of(Verb verb) {
  return kRows[static_cast<std::size_t>(verb)];
}

const VerbRow& row_of_line(std::string_view line) {
  const auto key = key_of(line.substr(0, line.find(' ')));
  const auto* const found = std::find(kKeys.begin(), kKeys.end(), key);
  return key == 0 || found == kKeys.end() ? kRows.back()
                                          : kRows[static_cast<std::size_t>(found - kKeys.begin())];
}

std::string_view sequence_error(const VerbRow& row, Progress progress) {
  if (progress >= row.from && progress <= row.to) return {};
  if (progress == refused) return "No service here, only QUIT";
  if (progress > row.to) return "A transaction is open already";
  // DATA and BDAT before MAIL lack MAIL in the first place.
  if (row.from > sender && progress < sender) return kNoMail;
  return row.needs;
}

}  // namespace smtp
