// The journal on disk: one JSON object a line, written as it grows. Events are rendered by whoever
// adds them and written by a thread of its own, so a slow disk never holds up a conversation; what
// waits for it is bounded. Written at least every second, and at the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"

namespace app {

class JournalFile {
 public:
  using Report = std::function<void(const std::string& problem)>;

  // Leaves an existing file as it is until begin(), and no new one without it; but keeps other
  // programs of this kind from writing it, and is an error if one does. `report` is called once, by
  // the writing thread, if writing fails; from then on nothing is written.
  [[nodiscard]] static base::Result<std::unique_ptr<JournalFile>> open(
      const std::string& path, base::WallTime start, Report report
  );
  ~JournalFile();
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  // Replaces what is in the file by what was added before, and goes on writing. Once. The error
  // says why the file cannot be written; it is then as it was, as far as that is possible.
  [[nodiscard]] base::Result<void> begin();

  // The next event. Any thread, one at a time per sequence number.
  void add(const journal::Event& event);

  // Why writing has failed; empty: it has not.
  [[nodiscard]] std::string problem() const;

  // Writes what is left (nothing, without begin()) and ends; nothing may be added any more.
  void close();

  // The same, and removes the file if it was not there before.
  void discard();

 private:
  struct Opened {
    int file = -1;
    std::string made{};  // the file, if it was not there before
  };

  JournalFile(Opened opened, std::string path, base::WallTime start, Report report);

  [[nodiscard]] base::Result<void> replace_content(const std::string& text);
  void write_all();
  void write(const std::string& text);
  void fail(std::string problem);

  // Constant after construction.
  const int file_;
  const std::string made_;
  const std::string path_;
  const base::WallTime start_;
  const Report report_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string lines_;  // not yet taken by the thread
  std::string problem_;
  bool closing_ = false;

  bool begun_ = false;  // used by the main thread alone
  std::atomic<bool> failed_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace app
