// Checks of a start: see the header.
#include "app/start_check.hpp"

#include <filesystem>
#include <map>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "app/certificates.hpp"
#include "app/console.hpp"
#include "base/text.hpp"
#include "control/address.hpp"

namespace app {

namespace fs = std::filesystem;

namespace {

// Descriptors for all but SMTP connections: the control API's, files, the program's own.
constexpr std::uint64_t kOtherFiles = 512;

bool tell_writable(std::string_view option, const base::Result<void>& writable, std::ostream& err) {
  if (writable) return true;
  const auto& error = writable.error();
  complain({fmt::format("{}: {}", option, error.message), error.hint}, err);
  return false;
}

// The same for all names of a file, whether it is there or not.
std::string identity_of(fs::path path) {
  constexpr int kMostLinks = 40;

  struct stat found {};

  if (::stat(path.c_str(), &found) == 0) return fmt::format("{}:{}", found.st_dev, found.st_ino);
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  return fs::weakly_canonical(fs::absolute(path, error), error).string();
}

}  // namespace

bool can_write(std::string_view option, const std::string& path, std::ostream& err) {
  return tell_writable(option, check_writable(path), err);
}

bool can_write_files(const Serving& options, std::ostream& err) {
  const bool journal = tell_writable("--journal", check_writable_in_place(options.journal), err);
  const bool authority = can_write("--tls-ca", options.tls_ca, err);
  return journal && authority;
}

std::vector<NamedFile> files_of(const Serving& options) {
  std::vector<NamedFile> files{
      {"--journal", options.journal, true},
      {"--tls-ca", options.tls_ca, true},
      {"--tls-certificate", options.tls_certificate, false},
      {"--tls-key", options.tls_key, false}};
  if (is_file_name(options.scenario)) files.push_back({"--scenario", options.scenario, false});
  return files;
}

bool are_apart(std::span<const NamedFile> files, std::ostream& err) {
  bool good = true;
  std::map<std::string, const NamedFile*> known;
  // Written ones last: each then meets what it would destroy.
  for (const bool written : {false, true}) {
    for (const auto& file : files) {
      if (file.written != written || file.path.empty() || is_special(file.path)) continue;
      const auto [other, is_new] = known.emplace(identity_of(file.path), &file);
      if (is_new || !written) continue;
      const auto what = fmt::format(
          "{}: '{}' is the file of {}", file.place, base::printable(file.path), other->second->place
      );
      complain({what, "it would be overwritten: give each its own file"}, err);
      good = false;
    }
  }
  return good;
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
