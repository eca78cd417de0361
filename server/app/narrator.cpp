// Events in words: see the header.
#include "app/narrator.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "journal/json.hpp"

namespace app {

namespace {

using journal::Event;
using journal::Kind;

constexpr std::chrono::seconds kToFinish{2};

// Told at debug level; the others say nothing that these do not.
bool is_of_the_wire(Kind kind) {
  switch (kind) {
    case Kind::connected:
    case Kind::tls:
    case Kind::login:
    case Kind::refused:
    case Kind::command:
    case Kind::message:
    case Kind::reply:
    case Kind::cut:
    case Kind::stored:
    case Kind::fired:
    case Kind::finding:
    case Kind::note:
    case Kind::ended:
    case Kind::phase:
    case Kind::rule:
    case Kind::reset: return true;
    case Kind::run:
    case Kind::receiver:
    case Kind::sent:
    case Kind::advanced:
    case Kind::offered:
    case Kind::recount:
    case Kind::passed:
    case Kind::observed:
    case Kind::dropped: return false;
  }
  return false;
}

// The texts belong to the event.
std::vector<LogField> fields_of(const Event& event) {
  std::vector<LogField> fields{{"receiver", event.receiver.view()}};
  if (event.setup) {
    fields.emplace_back("scenario", event.setup->scenario);
    fields.emplace_back("seed", event.setup->seed);
    fields.emplace_back("scale", event.setup->scale);
    return fields;
  }
  const auto text = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  if (event.connection != 0) fields.emplace_back("connection", event.connection);
  if (event.stage) text("stage", base::name_of(*event.stage));
  if (event.code != 0) fields.emplace_back("code", event.code);
  text("enhanced", event.enhanced);
  text(journal::subject_name(event), event.subject);
  text(event.kind == Kind::connected ? "listener" : "text", event.text);
  text("phase", event.kind == Kind::phase ? event.phase.view() : std::string_view());
  text("rule", event.rule.view());
  if (!event.rule.view().empty()) fields.emplace_back("nth", event.nth);
  if (event.message) fields.emplace_back("octets", event.message->size);
  if (event.ending != journal::Ending::none) text("ending", journal::name_of(event.ending));
  return fields;
}

}  // namespace

Narrator::Narrator(Log& log, base::WallTime start)
    : log_(log), start_(start), all_(log.wants(LogLevel::debug)), thread_([this] { tell_all(); }) {}

void Narrator::heard(const Event& event) {
  const bool told = event.kind == Kind::receiver || (all_ && is_of_the_wire(event.kind));
  if (!told) return;
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(event);
  if (waiting_.size() == 1) wake_.notify_one();
}

void Narrator::close() {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) until_ = std::chrono::steady_clock::now() + kToFinish;
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// The thread.
void Narrator::tell_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    const auto taken = std::exchange(waiting_, {});
    const auto dropped = std::exchange(dropped_, 0);
    if (taken.empty()) return;
    lock.unlock();
    tell(taken);
    if (dropped > 0) log_.dropped(dropped);
    lock.lock();
  }
}

void Narrator::tell(const std::deque<Event>& events) {
  std::uint64_t left = events.size();
  for (const auto& event : events) {
    {
      const std::lock_guard lock(mutex_);
      if (std::chrono::steady_clock::now() > until_) break;
    }
    const auto level = event.kind == Kind::receiver ? LogLevel::info : LogLevel::debug;
    const auto fields = fields_of(event);
    log_.add({start_ + event.at, level, journal::name_of(event.kind), fields});
    --left;
  }
  if (left > 0) log_.dropped(left);
}

}  // namespace app
