// Writing without being held up: see the header.
#include "app/log_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <climits>

namespace app {

namespace {

// A reader that is only slow gets so long; one that has used it up gets no more until it reads on.
constexpr std::chrono::seconds kPatience{1};

constexpr std::size_t kMostWaiting = 128 * 1024;  // octets

// What is written at once: a pipe takes so much in one piece.
constexpr std::size_t kPiece = PIPE_BUF;

}  // namespace

// What the callers and the writing thread share. It outlives this object's owner if the thread is
// stuck for good.
struct LogSink::Queue {
  Queue(int file, TellDropped told) : descriptor(file), tell(std::move(told)) {}

  ~Queue() { ::close(descriptor); }

  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void write_all();
  void write(const std::string& text);
  void advance();

  // Constant after construction.
  const int descriptor;  // of its own: the caller may close the one it gave
  const TellDropped tell;

  // Guarded by mutex.
  std::mutex mutex;
  std::condition_variable changed;
  std::string lines{};  // not yet taken by the thread
  std::uint64_t dropped = 0;
  std::uint64_t pieces = 0;  // written
  bool stuck = false;
  bool closing = false;
  bool ended = false;
};

// The thread: takes what has gathered and writes it without the lock.
void LogSink::Queue::write_all() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return closing || !lines.empty(); });
    std::string taken = std::exchange(lines, {});
    const auto lost = std::exchange(dropped, 0);
    if (taken.empty() && lost == 0) break;
    changed.notify_all();
    lock.unlock();
    if (lost > 0) taken += tell(lost) + '\n';
    write(taken);
    lock.lock();
  }
  ended = true;
  changed.notify_all();
}

void LogSink::Queue::write(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::write(descriptor, text.data() + done, std::min(text.size() - done, kPiece));
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      advance();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      ::pollfd asked{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&asked, 1, -1);
    } else if (errno != EINTR) {
      return;  // nobody is there to be told
    }
  }
}

void LogSink::Queue::advance() {
  const std::lock_guard lock(mutex);
  ++pieces;
  stuck = false;
  changed.notify_all();
}

LogSink::LogSink(int descriptor, TellDropped tell)
    : queue_(std::make_shared<Queue>(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0), std::move(tell))),
      thread_([queue = queue_] { queue->write_all(); }) {}

LogSink::~LogSink() {
  {
    std::unique_lock lock(queue_->mutex);
    queue_->closing = true;
    queue_->changed.notify_all();
    for (bool waits = true; waits && !queue_->ended;) {
      const auto before = queue_->pieces;
      waits = queue_->changed.wait_for(lock, kPatience, [&] {
        return queue_->ended || queue_->pieces != before;
      });
    }
    if (!queue_->ended) thread_.detach();
  }
  if (thread_.joinable()) thread_.join();
}

void LogSink::dropped(std::uint64_t lines) {
  const std::lock_guard lock(queue_->mutex);
  queue_->dropped += lines;
}

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  Queue& queue = *queue_;
  std::unique_lock lock(queue.mutex);
  const auto has_room = [&] { return queue.lines.size() < kMostWaiting; };
  if (!has_room() && !queue.stuck) queue.stuck = !queue.changed.wait_for(lock, kPatience, has_room);
  if (!has_room()) {
    ++queue.dropped;
    return;
  }
  queue.lines.append(message.payload.data(), message.payload.size()).append(1, '\n');
  queue.changed.notify_all();
}

}  // namespace app
