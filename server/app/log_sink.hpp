// Where the log goes: a descriptor that may be slow, stuck or gone. Whole lines are put into a
// bounded queue, and written by a thread that holds no lock meanwhile: a terminal that is stopped
// blocks whoever writes to it, however much room it promised. A full queue is waited for only so
// long; then lines are dropped and counted, and the count is written as soon as there is room
// again. Not the log: it knows no levels. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

namespace app {

class LogSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  // A line without its end. Called by the writing thread, which may outlive this object.
  using TellDropped = std::function<std::string(std::uint64_t lines)>;

  // The descriptor stays the caller's.
  LogSink(int descriptor, TellDropped tell);

  // Waits for what is left to be written, as long as it gets on.
  ~LogSink() override;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  // So many lines were dropped before they came here.
  void dropped(std::uint64_t lines);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;

  void flush_() override {}

 private:
  struct Queue;

  const std::shared_ptr<Queue> queue_;  // the thread's as well: thread-safe
  std::thread thread_;
};

}  // namespace app
