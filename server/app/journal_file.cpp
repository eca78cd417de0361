// The journal on disk: see the header.
#include "app/journal_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "journal/json.hpp"

namespace app {

namespace {

constexpr std::size_t kEnough = 256 * 1024;  // octets worth a write before the second is over
constexpr std::size_t kTooMuch = 64UL * 1024 * 1024;  // octets that may wait for the disk
constexpr std::chrono::seconds kAtLeastEvery{1};

// Only such a file can be locked and emptied; a pipe or a device is just written to.
bool is_regular(int file) {
  struct stat what {};

  return ::fstat(file, &what) == 0 && S_ISREG(what.st_mode);
}

base::Error cannot_write(const std::string& path, const std::string& why) {
  return {
      fmt::format("cannot write the journal file '{}': {}", path, why),
      "--journal takes the path of a file on a disk with room, in a folder that may be written"};
}

// 0: all of it was written; else why not.
int write_whole_of(int file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

// Where a link leads to; the path itself if that is not to be known.
std::string target_of(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

base::Result<std::unique_ptr<JournalFile>> JournalFile::open(
    const std::string& path, base::WallTime start, Report report
) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC;
  int file = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0644);
  const bool is_new = file >= 0;
  if (!is_new && errno == EEXIST) file = ::open(path.c_str(), kFlags);
  std::string made = is_new ? path : "";
  if (file < 0 && errno == ENOENT) {  // a link to what is not there yet
    file = ::open(path.c_str(), kFlags | O_CREAT, 0644);
    if (file >= 0) made = target_of(path);
  }
  if (file < 0) return tl::unexpected(cannot_write(path, std::strerror(errno)));
  if (is_regular(file) && ::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    ::close(file);
    if (why != EWOULDBLOCK) return tl::unexpected(cannot_write(path, std::strerror(why)));
    return base::failure(
        fmt::format("the journal file '{}' is written by another failmx", path),
        "give each its own file"
    );
  }
  return std::unique_ptr<JournalFile>(
      new JournalFile({file, std::move(made)}, path, start, std::move(report))
  );
}

JournalFile::JournalFile(Opened opened, std::string path, base::WallTime start, Report report)
    : file_(opened.file),
      made_(std::move(opened.made)),
      path_(std::move(path)),
      start_(start),
      report_(std::move(report)) {}

JournalFile::~JournalFile() {
  if (begun_) {
    close();
  } else {
    discard();
  }
  ::close(file_);
}

base::Result<void> JournalFile::begin() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = std::exchange(lines_, {});
  }
  if (auto replaced = replace_content(text); !replaced) {
    failed_.store(true);
    return replaced;
  }
  begun_ = true;
  thread_ = std::thread([this] { write_all(); });
  return {};
}

// Appends first: on a full disk that fails, and what was there before can be kept.
base::Result<void> JournalFile::replace_content(const std::string& text) {
  struct stat before {};

  const bool regular = is_regular(file_) && ::fstat(file_, &before) == 0;
  int why = write_whole_of(file_, text);
  if (why == 0 && regular && before.st_size > 0) {
    why = ::ftruncate(file_, 0) != 0 ? errno : write_whole_of(file_, text);
  } else if (why != 0 && regular && ::ftruncate(file_, before.st_size) != 0) {
    why = errno;
  }
  if (why == 0) return {};
  return tl::unexpected(cannot_write(path_, std::strerror(why)));
}

void JournalFile::add(const journal::Event& event) {
  if (failed_.load()) return;
  const std::lock_guard lock(mutex_);
  if (lines_.size() > kTooMuch) {
    // A journal with a hole would be judged as if nothing had happened there: better none.
    if (problem_.empty()) problem_ = fmt::format("'{}' is written too slowly", path_);
    wake_.notify_one();
    return;
  }
  journal::append_json(lines_, event, start_);
  lines_ += '\n';
  if (lines_.size() > kEnough) wake_.notify_one();
}

std::string JournalFile::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void JournalFile::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void JournalFile::discard() {
  close();
  if (!made_.empty()) ::unlink(made_.c_str());
}

// The thread: takes what has gathered and writes it without the lock.
void JournalFile::write_all() {
  std::unique_lock lock(mutex_);
  while (!failed_.load()) {
    wake_.wait_for(lock, kAtLeastEvery, [this] {
      return closing_ || lines_.size() > kEnough || !problem_.empty();
    });
    if (!problem_.empty()) {
      const auto problem = problem_;
      lock.unlock();
      fail(problem);
      return;
    }
    const bool last = closing_;
    const std::string taken = std::exchange(lines_, {});
    lock.unlock();
    write(taken);
    if (last) return;
    lock.lock();
  }
}

void JournalFile::write(const std::string& text) {
  const int why = write_whole_of(file_, text);
  if (why != 0) fail(fmt::format("cannot write '{}': {}", path_, std::strerror(why)));
}

void JournalFile::fail(std::string problem) {
  failed_.store(true);
  {
    const std::lock_guard lock(mutex_);
    problem_ = problem;
    lines_ = {};
  }
  if (report_) report_(problem);
}

}  // namespace app
