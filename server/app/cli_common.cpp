// What the options of several commands share: their values, and the options themselves.
#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli_parts.hpp"
#include "base/text.hpp"
#include "control/address.hpp"

namespace app::detail {

std::string check_address(const std::string& text) {
  const auto address = control::parse_address(text);
  if (address) return "";
  const bool is_name = std::any_of(text.begin(), text.end(), [](char c) {
    return base::ascii_lower(c) >= 'g' && base::ascii_lower(c) <= 'z';
  });
  const auto* const why = is_name ? ": host names are not looked up" : "";
  return fmt::format("{}{}; {}", address.error().message, why, address.error().hint);
}

std::string check_duration(const std::string& text) {
  const auto duration = base::parse_duration(text);
  return duration ? "" : fmt::format("{}; {}", duration.error().message, duration.error().hint);
}

// CLI11 would take "-1" for a very large unsigned number.
std::string check_whole_number(const std::string& text) {
  constexpr std::size_t kDigits = 18;
  const bool whole =
      !text.empty() && text.size() <= kDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return whole ? "" : fmt::format("'{}' is not a whole number", base::printable(text, 80));
}

// What CLI11 takes for a flag.
std::string check_yes_no(const std::string& text) {
  constexpr std::array<std::string_view, 8> kKnown = {
      "1", "true", "yes", "on", "0", "false", "no", "off"};
  const auto is_meant = [&text](std::string_view known) { return base::same_text(known, text); };
  if (std::any_of(kKnown.begin(), kKnown.end(), is_meant)) return "";
  return fmt::format("'{}' is neither yes nor no; write 1 or 0", base::printable(text, 80));
}

namespace {

std::string check_log_form(const std::string& text) {
  if (text == "auto" || text == "human" || text == "json") return "";
  return fmt::format("'{}' is neither auto, human nor json", base::printable(text, 80));
}

}  // namespace

void add_scenarios(CLI::App& command, std::string& target) {
  command
      .add_option("--scenarios", target, "Folder of *.toml files that add to the shipped scenarios")
      ->type_name("DIR")
      ->envname("FAILMX_SCENARIOS");
}

void add_seed(CLI::App& command, Serving& serving) {
  command.add_option("--seed", serving.seed, "Seed of all random draws, instead of the scenario's")
      ->type_name("N")
      ->check(check_whole_number);
}

void add_token(CLI::App& command, std::string& token) {
  command.add_option("--token", token, "Bearer token that every API request must carry")
      ->type_name("TOKEN")
      ->envname("FAILMX_TOKEN");
}

void add_tls(CLI::App& command, Serving& serving) {
  command
      .add_option(
          "--tls-ca",
          serving.tls_ca,
          "Write the certificate of the authority that clients are to trust to this file"
      )
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_CA");
  command
      .add_option(
          "--tls-certificate",
          serving.tls_certificate,
          "Certificate of your own, with its chain, instead of one made at start"
      )
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_CERTIFICATE");
  command.add_option("--tls-key", serving.tls_key, "Its private key, without a passphrase")
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_KEY");
}

void add_open(CLI::App& command, Serving& serving) {
  command.add_flag("--open", serving.open, "Let other machines in without a token")
      ->check(check_yes_no)
      ->envname("FAILMX_OPEN");
}

void add_log(CLI::App& command, LogTexts& texts, const char* quiet_does, const char* verbose_does) {
  command
      .add_option(
          "--log", texts.form, "Form of the log: for people, or JSON; auto: by what reads it"
      )
      ->type_name("auto|human|json")
      ->check(check_log_form)
      ->envname("FAILMX_LOG")
      ->capture_default_str();
  command.add_flag("-q,--quiet", texts.quiet, quiet_does)
      ->check(check_yes_no)
      ->envname("FAILMX_QUIET");
  command.add_flag("-v,--verbose", texts.verbose, verbose_does)
      ->check(check_yes_no)
      ->envname("FAILMX_VERBOSE");
}

Logging logging_of(const LogTexts& texts) {
  Logging out;
  if (texts.form == "human") out.form = LogForm::human;
  if (texts.form == "json") out.form = LogForm::json;
  if (texts.verbose) out.loudness = Loudness::verbose;
  if (texts.quiet) out.loudness = Loudness::quiet;
  return out;
}

}  // namespace app::detail
