#include "journal/file.hpp"

#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "journal/json.hpp"
#include "journal/json_reader.hpp"

namespace journal {

namespace {

constexpr int kMaxErrors = 20;
constexpr std::string_view kUnknownKind = "unknown kind ";

class Reader {
 public:
  Reader(std::istream& in, std::string_view name, Deliveries::Limits limits, Keep keep)
      : in_(in), name_(name), limits_(limits), keep_(keep) {}

  base::Loaded<File> read();

 private:
  void line(const std::string& text, bool complete);
  void event(Event event, std::string_view text);
  void tell(const Event& event);
  Account& account_of(std::string_view receiver);
  void begin(const Event& run, std::string_view text);
  void say(base::Severity severity, std::string message, std::string hint = {});

  std::istream& in_;
  const std::string_view name_;
  const Deliveries::Limits limits_;
  const Keep keep_;
  File file_{};
  std::vector<base::Diagnostic> said_{};
  EventReader reader_{};
  std::vector<Event> lost_{};  // losses that no receiver was named for
  int number_ = 0;             // of the line
  int errors_ = 0;
  std::uint64_t last_seq_ = 0;
};

void Reader::say(base::Severity severity, std::string message, std::string hint) {
  errors_ += severity == base::Severity::error ? 1 : 0;
  said_.push_back(
      {.severity = severity,
       .file = std::string(name_),
       .line = number_,
       .column = 1,
       .pointer = {},
       .message = std::move(message),
       .hint = std::move(hint)}
  );
}

void Reader::begin(const Event& run, std::string_view text) {
  const auto wall = wall_from_json(text);
  if (!wall) return say(base::Severity::error, "the 'run' event has no usable 'at'");
  file_.start = *wall - run.at;
  file_.version = run.text;
}

void Reader::event(Event event, std::string_view text) {
  const bool is_run = event.kind == Kind::run;
  if (number_ == 1 && !is_run) {
    return say(base::Severity::error, "not a journal: its first line must be of kind 'run'");
  }
  if (is_run && number_ > 1) {
    return say(
        base::Severity::error, "a second run begins here", "give each run a file of its own"
    );
  }
  if (event.seq <= last_seq_ && number_ > 1) {
    return say(
        base::Severity::error, fmt::format("sequence number {} follows {}", event.seq, last_seq_)
    );
  }
  if (is_run) begin(event, text);
  last_seq_ = event.seq;
  tell(event);
  if (keep_ == Keep::accounts) return;
  file_.events.push_back(std::make_shared<const Event>(std::move(event)));
}

// What was lost may have been anybody's, also of one who shows only later.
void Reader::tell(const Event& event) {
  if (!event.receiver.empty()) return account_of(event.receiver.view()).add(event);
  if (event.kind != Kind::dropped) return;
  for (auto& [name, account] : file_.receivers) account.add(event);
  lost_.push_back(event);
}

Account& Reader::account_of(std::string_view receiver) {
  const auto known = file_.receivers.find(receiver);
  if (known != file_.receivers.end()) return known->second;
  Account& account = file_.receivers.try_emplace(std::string(receiver), limits_).first->second;
  for (const Event& loss : lost_) account.add(loss);
  return account;
}

void Reader::line(const std::string& text, bool complete) {
  if (text.empty() || text == "\r") return;
  auto parsed = reader_.read(text);
  if (parsed) return event(std::move(*parsed), text);
  const std::string& why = parsed.error().message;
  if (!complete && number_ > 1) {
    file_.truncated = true;
    return say(base::Severity::warning, "the last line is cut short and left out");
  }
  const bool newer = std::string_view(why).substr(0, kUnknownKind.size()) == kUnknownKind;
  say(newer ? base::Severity::warning : base::Severity::error, why);
}

base::Loaded<File> Reader::read() {
  std::string text;
  while (errors_ < kMaxErrors && std::getline(in_, text)) {
    ++number_;
    line(text, !in_.eof());
    if (number_ == 1 && errors_ > 0) break;
  }
  base::Loaded<File> result;
  if (number_ == 0) {
    number_ = 1;
    say(base::Severity::error, "not a journal: it is empty");
  }
  if (errors_ == 0) result.value = std::move(file_);
  result.diagnostics = std::move(said_);
  return result;
}

}  // namespace

Event run_event(std::string_view version) {
  Event event;
  event.kind = Kind::run;
  event.text = std::string(version);
  return event;
}

base::Loaded<File> read_journal(
    std::istream& in, std::string_view name, Deliveries::Limits limits, Keep keep
) {
  return Reader(in, name, limits, keep).read();
}

}  // namespace journal
