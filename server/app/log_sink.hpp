// Where the log goes: a descriptor that may be slow, stuck or gone. Writes whole lines and waits
// only for so long; what finds no room is dropped and counted, and the count is written as soon as
// there is room again. Not the log: it knows no levels. Any thread, by the mutex of its base.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <spdlog/sinks/base_sink.h>

namespace app {

class LogSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  using TellDropped = std::function<std::string(std::uint64_t lines)>;  // a line without its end

  // The descriptor stays the caller's.
  LogSink(int descriptor, TellDropped tell) : descriptor_(descriptor), tell_(std::move(tell)) {}

  // Tries once more to write what is left.
  ~LogSink() override;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  // So many lines were dropped before they came here.
  void dropped(std::uint64_t lines);

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;

  void flush_() override {}

 private:
  void tell_dropped();
  bool finish();
  bool has_room();

  // Constant after construction.
  const int descriptor_;
  const TellDropped tell_;

  // Guarded by mutex_ of the base.
  std::string rest_{};  // of lines that are taken, but not yet written
  std::uint64_t dropped_ = 0;
  bool stuck_ = false;
};

}  // namespace app
