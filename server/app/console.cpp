// Output of commands: see the header.
#include "app/console.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "app/log_text.hpp"

namespace app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kUsualWidth = 80;  // of a terminal that does not say

tl::unexpected<base::Error> cannot_write(const std::string& path, const std::string& why) {
  return base::failure(
      fmt::format("cannot write '{}': {}", path, why), "its folder must exist and be writable"
  );
}

// Whether it is a file that some program has open, by the name that the system has for that:
// /dev/stdout leads to it, whatever it is.
bool is_open_file(fs::path path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks; ++i) {
    const auto folder = fs::canonical(fs::absolute(path).parent_path(), error);
    if (error) return false;
    if (folder.string().starts_with("/proc/")) return true;
    if (!fs::is_symlink(path, error)) return false;
    path = folder / fs::read_symlink(path, error);
  }
  return false;
}

// On one line. A path may hold anything; what quotes more than that is escaped already.
std::string escaped(const std::string& text) {
  std::string shown;
  for (const char c : without_unseen(text)) {
    const auto octet = static_cast<unsigned char>(c);
    const bool is_control = octet < 0x20 || octet == 0x7f;
    shown += is_control ? fmt::format("\\x{:02X}", octet) : std::string(1, c);
  }
  return shown;
}

}  // namespace

void complain(const base::Error& error, std::ostream& err) {
  complain(error, {}, err);
}

void complain(
    const base::Error& error, const std::vector<std::string>& details, std::ostream& err
) {
  const auto* const between = error.hint.empty() ? "" : "; ";
  auto whole = "failmx: " + escaped(error.message + between + error.hint) + '\n';
  for (const auto& detail : details) whole += "  " + escaped(detail) + '\n';
  // In one piece: the log goes there, too.
  err << whole << std::flush;
}

void fill_standard_streams() {
  for (int next = ::open("/dev/null", O_RDWR); next >= 0; next = ::open("/dev/null", O_RDWR)) {
    if (next <= STDERR_FILENO) continue;
    ::close(next);
    return;
  }
}

std::optional<std::size_t> terminal_width(int descriptor) {
  if (::isatty(descriptor) == 0) return std::nullopt;
  ::winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

bool wants_colour() {
  const char* const no_colour = std::getenv("NO_COLOR");
  return terminal_width(STDOUT_FILENO) && (no_colour == nullptr || *no_colour == '\0');
}

bool is_special(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (error || !fs::exists(status) || fs::is_directory(status)) return false;
  return !fs::is_regular_file(status) || is_open_file(path);
}

base::Result<void> check_writable(const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  if (fs::is_directory(path, error)) return cannot_write(path, "it is a folder");
  const bool special = is_special(path);
  auto folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const std::string place = special ? path : folder.string();
  if (::access(place.c_str(), W_OK) != 0) return cannot_write(path, std::strerror(errno));
  if (!special && !fs::is_directory(folder, error)) return cannot_write(path, "no such folder");
  return {};
}

base::Result<void> check_writable_in_place(const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error) || fs::is_directory(path, error)) {
    return check_writable(path);
  }
  if (::access(path.c_str(), W_OK) == 0) return {};
  return base::failure(
      fmt::format("cannot write '{}': {}", path, std::strerror(errno)),
      "the user that failmx runs as must be allowed to write it"
  );
}

base::Result<Draft> Draft::write(const std::string& path, const std::string& text) {
  if (path.empty()) return Draft({}, {});
  const bool special = is_special(path);
  Draft draft(path, special ? std::string() : fmt::format("{}.{}.tmp", path, ::getpid()));
  const auto mode = std::ios::binary | (special ? std::ios::app : std::ios::trunc);
  std::ofstream out(special ? path : draft.draft_, mode);
  if (!out || !out.write(text.data(), static_cast<std::streamsize>(text.size()))) {
    return cannot_write(path, std::strerror(errno));
  }
  out.close();
  if (!out) return cannot_write(path, std::strerror(errno));
  return draft;
}

Draft::Draft(Draft&& other) noexcept
    : path_(other.path_), draft_(std::exchange(other.draft_, {})) {}

Draft::~Draft() {
  if (!draft_.empty()) std::remove(draft_.c_str());
}

base::Result<void> Draft::publish() {
  if (draft_.empty()) return {};
  if (std::rename(draft_.c_str(), path_.c_str()) != 0) {
    return cannot_write(path_, std::strerror(errno));
  }
  draft_.clear();
  return {};
}

base::Result<void> write_whole(const std::string& path, const std::string& text) {
  auto draft = Draft::write(path, text);
  if (!draft) return tl::unexpected(std::move(draft.error()));
  return draft->publish();
}

}  // namespace app
