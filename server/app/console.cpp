// Output of commands: see the header.
#include "app/console.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kUsualWidth = 80;  // of a terminal that does not say

tl::unexpected<base::Error> cannot_write(const std::string& path, const std::string& why) {
  return base::failure(
      fmt::format("cannot write '{}': {}", path, why), "its folder must exist and be writable"
  );
}

}  // namespace

void complain(const base::Error& error, std::ostream& err) {
  err << "failmx: " << error.message << (error.hint.empty() ? "" : "; ") << error.hint << std::endl;
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
  return !error && fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
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

base::Result<void> write_whole(const std::string& path, const std::string& text) {
  const bool special = is_special(path);
  const std::string draft = special ? path : fmt::format("{}.{}.tmp", path, ::getpid());
  const auto failed = [&] {
    const std::string why = std::strerror(errno);
    if (!special) std::remove(draft.c_str());
    return cannot_write(path, why);
  };
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  if (!out || !out.write(text.data(), static_cast<std::streamsize>(text.size()))) return failed();
  out.close();
  if (!out) return failed();
  if (!special && std::rename(draft.c_str(), path.c_str()) != 0) return failed();
  return {};
}

}  // namespace app
