// Checks of a start: see the header.
#include "app/start_check.hpp"

#include <sys/resource.h>

#include <fmt/format.h>

#include "app/certificates.hpp"
#include "app/console.hpp"
#include "control/address.hpp"

namespace app {

namespace {

// Descriptors for all but SMTP connections: the control API's, files, the program's own.
constexpr std::uint64_t kOtherFiles = 512;

}  // namespace

bool can_write(std::string_view option, const std::string& path, std::ostream& err) {
  const auto writable = check_writable(path);
  if (writable) return true;
  const auto& error = writable.error();
  complain({fmt::format("{}: {}", option, error.message), error.hint}, err);
  return false;
}

bool is_guarded(const Serving& options, std::ostream& err) {
  if (options.open || !options.token.empty()) return true;
  bool good = true;
  for (const auto& text : {options.smtp, options.smtps, options.lmtp, options.http}) {
    if (text.empty()) continue;
    const auto address = control::parse_address(text);
    if (!address || address->is_loopback()) continue;
    const auto what = fmt::format("'{}' can be reached from other machines", text);
    complain(
        {what, "set a token (--token, FAILMX_TOKEN) or allow everybody (--open, FAILMX_OPEN=1)"},
        err
    );
    good = false;
  }
  return good;
}

bool is_folder_good(const Catalogue& scenarios, const std::string& but, std::ostream& err) {
  bool good = true;
  for (const auto& diagnostic : scenarios.errors_in_folder(but)) {
    err << to_string(diagnostic) << "\n";
    good = false;
  }
  return good;
}

bool can_encrypt(
    tls::Authority& authority, std::span<const control::Wish> wishes, std::ostream& err
) {
  bool good = true;
  for (const auto& wish : wishes) {
    for (const auto& error : prepare_handshakes(authority, *wish.scenario)) {
      complain({fmt::format("{}: {}", wish.source.file, error.message), error.hint}, err);
      good = false;
    }
  }
  return good;
}

void warn_of_few_files(const Serving& options, Log& log) {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return;
  const auto needed = options.max_connections + kOtherFiles;
  if (limit.rlim_max >= needed) return;
  log.warning(
      "few-files",
      {{"limit", limit.rlim_max},
       {"needed", needed},
       {"hint",
        "raise the limit (ulimit -Hn, a container's ulimits nofile) or lower --max-connections: "
        "connections beyond it are refused with 421"}}
  );
}

void warn_of(std::string_view complaints, Log& log) {
  while (!complaints.empty()) {
    const auto end = complaints.find('\n');
    log.warning("warning", {{"text", complaints.substr(0, end)}});
    complaints.remove_prefix(end == std::string_view::npos ? complaints.size() : end + 1);
  }
}

}  // namespace app
