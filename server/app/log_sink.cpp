// Writing without being held up: see the header.
#include "app/log_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include <climits>

namespace app {

namespace {

// A reader that is only slow gets so long; one that has used it up gets no more until it reads on.
constexpr int kPatienceMs = 1000;

// A pipe with any room at all takes so much without blocking, and in one piece.
constexpr std::size_t kPiece = PIPE_BUF;

}  // namespace

LogSink::~LogSink() {
  stuck_ = false;
  tell_dropped();
  finish();
}

void LogSink::dropped(std::uint64_t lines) {
  const std::lock_guard lock(mutex_);
  dropped_ += lines;
}

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  if (finish()) tell_dropped();
  if (!finish()) {
    ++dropped_;
    return;
  }
  rest_.append(message.payload.data(), message.payload.size()).append(1, '\n');
  finish();
}

void LogSink::tell_dropped() {
  if (dropped_ == 0) return;
  rest_ += tell_(dropped_) + '\n';
  dropped_ = 0;
}

// False: something is left, and there is no room for it.
bool LogSink::finish() {
  while (!rest_.empty()) {
    if (!has_room()) return false;
    const auto n = ::write(descriptor_, rest_.data(), std::min(rest_.size(), kPiece));
    if (n >= 0) {
      rest_.erase(0, static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      stuck_ = true;
      return false;
    } else if (errno != EINTR) {
      rest_.clear();  // nobody is there to be told
    }
  }
  return true;
}

bool LogSink::has_room() {
  ::pollfd asked{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  int ready = -1;
  do {
    ready = ::poll(&asked, 1, stuck_ ? 0 : kPatienceMs);
  } while (ready < 0 && errno == EINTR);
  stuck_ = ready == 0;
  return !stuck_;
}

}  // namespace app
