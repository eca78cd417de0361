#include "transcripts/runner.hpp"

#include <set>

#include "transcripts/match.hpp"

#include "base/text.hpp"

namespace transcripts {

namespace {

std::string text_of(const Record& record) {
  std::string text = "   ";
  for (const auto& [name, value] : record) {
    if (!value.empty()) text += " " + name + "=" + base::printable(value, 200);
  }
  return text + "\n";
}

class Play {
 public:
  Play(World& world, Clock clock) : world_(world), clock_(clock) {}

  // Empty: as written. Sets over() where a real clock cannot go on.
  std::string step(const Step& step);
  std::string finish();

  [[nodiscard]] bool over() const { return over_; }

 private:
  Inbox& here();
  std::string reply(const Step& step);
  std::string octets(const Step& step);
  std::string silence(const Step& step);
  std::string ending(End wanted);
  std::string still_open();
  std::string event(const Step& step);
  std::string no_event(const Step& step);
  std::string record(const Step& step);
  std::string connection(const Step& step);

  std::string came() { return "; what came is \"" + base::printable(here().octets) + "\""; }

  World& world_;
  Clock clock_;
  bool over_ = false;
  int current_ = 1;
  std::string from_;
  std::set<int> opened_;
  base::Duration patience_{0};
  std::size_t events_matched_ = 0;
  std::size_t attempts_matched_ = 0;
  std::set<std::string> deliveries_matched_;
};

Inbox& Play::here() {
  if (opened_.insert(current_).second) world_.open(current_, from_);
  return world_.inbox(current_);
}

std::string Play::step(const Step& step) {
  using Kind = Step::Kind;
  if (step.kind != Kind::delivery) deliveries_matched_.clear();
  switch (step.kind) {
    case Kind::send: return here(), world_.send(current_, step.text), "";
    case Kind::reply: return reply(step);
    case Kind::raw:
    case Kind::octets: return octets(step);
    case Kind::not_before: return silence(step);
    case Kind::pass: return here(), world_.pass(step.time), "";
    case Kind::within: return patience_ = step.time, "";
    case Kind::closed: return ending(End::closed);
    case Kind::reset: return ending(End::reset);
    case Kind::half_closed: return ending(End::half_closed);
    case Kind::open: return still_open();
    case Kind::leave: return here(), world_.leave(current_), "";
    case Kind::abort: return here(), world_.abort(current_), "";
    case Kind::event: return event(step);
    case Kind::no_event: return no_event(step);
    case Kind::attempt:
    case Kind::delivery: return record(step);
    case Kind::connection: return connection(step);
    case Kind::virtual_time: over_ = clock_ == Clock::real_time; return "";
    case Kind::use: return world_.use(step.lines[0], step.lines[1]), "";
    case Kind::drain: return world_.drain(), "";
  }
  return "";
}

std::string Play::connection(const Step& step) {
  current_ = step.number;
  from_ = step.text;
  here();
  return "";
}

std::string Play::reply(const Step& step) {
  std::size_t length = 0;
  std::vector<std::string> lines;
  // One look each time: what comes after it ends the waiting, what it found must not be waited for.
  for (;;) {
    const Inbox& inbox = here();
    lines = first_reply(inbox.octets, length);
    if (!lines.empty()) break;
    if (inbox.end != End::none) return "the connection ended before the reply" + came();
    if (!world_.await(current_, patience_)) return "no reply came" + came();
  }
  patience_ = base::Duration{0};
  if (!reply_fits(step.lines, lines)) {
    std::string text = "the reply is";
    for (const auto& line : lines) text += "\n      " + base::printable(line);
    return text;
  }
  here().octets.erase(0, length);
  return "";
}

std::string Play::octets(const Step& step) {
  const bool exact = step.kind == Step::Kind::raw;
  const std::size_t wanted = exact ? step.text.size() : static_cast<std::size_t>(step.number);
  for (;;) {
    const Inbox& inbox = here();
    if (inbox.octets.size() >= wanted) break;
    if (inbox.end != End::none) return "the connection ended before these octets" + came();
    if (!world_.await(current_, patience_)) return "these octets did not come" + came();
  }
  patience_ = base::Duration{0};
  if (exact && here().octets.compare(0, wanted, step.text) != 0) return "other octets" + came();
  here().octets.erase(0, wanted);
  return "";
}

std::string Play::silence(const Step& step) {
  if (!here().octets.empty()) return "it came before" + came();
  if (here().end != End::none) return "the connection ended before";
  if (!world_.quiet(current_, step.time)) return "something happened before this instant" + came();
  return "";
}

std::string Play::ending(End wanted) {
  while (here().end == End::none) {
    if (!world_.await(current_, patience_)) return "the server did not end the connection" + came();
  }
  patience_ = base::Duration{0};
  if (!here().octets.empty()) return "unexpected octets before the end" + came();
  // A half close and a close look alike to a client that only reads.
  const bool alike = clock_ == Clock::real_time && wanted == End::half_closed;
  const End is = here().end;
  if (is != wanted && !(alike && is == End::closed)) {
    return is == End::reset    ? "it was reset"
           : is == End::closed ? "it was closed"
                               : "it was half closed";
  }
  return "";
}

std::string Play::still_open() {
  if (here().end != End::none) return "the connection is not open";
  if (!here().octets.empty()) return "unexpected octets" + came();
  return "";
}

std::string Play::event(const Step& step) {
  std::vector<Record> events;
  do {
    events = world_.events();
    for (std::size_t i = events_matched_; i < events.size(); ++i) {
      if (record_fits(step.fields, events[i])) {
        events_matched_ = i + 1;
        return "";
      }
    }
  } while (world_.more_records());
  std::string text = "the journal has no such event; it goes on with\n";
  for (std::size_t i = events_matched_; i < events.size(); ++i) text += text_of(events[i]);
  return text;
}

std::string Play::no_event(const Step& step) {
  for (const auto& event : world_.events()) {
    if (record_fits(step.fields, event)) return "the journal has it\n" + text_of(event);
  }
  return "";
}

// The next attempt; or any delivery that the lines just before have not matched.
std::string Play::record(const Step& step) {
  const bool attempt = step.kind == Step::Kind::attempt;
  std::vector<Record> records;
  do {
    records = attempt ? world_.attempts() : world_.deliveries();
    for (std::size_t i = attempt ? attempts_matched_ : 0; i < records.size(); ++i) {
      if (!record_fits(step.fields, records[i])) continue;
      if (attempt) {
        attempts_matched_ = i + 1;
      } else if (!deliveries_matched_.insert(records[i]["id"]).second) {
        continue;
      }
      return "";
    }
  } while (world_.more_records());
  std::string text = "there is none like this; there are\n";
  for (const auto& each : records) text += text_of(each);
  return text;
}

std::string Play::finish() {
  for (const int id : opened_) {
    const Inbox& inbox = world_.inbox(id);
    if (!inbox.octets.empty()) {
      return "unexpected at the end, on connection " + std::to_string(id) + ": \"" +
             base::printable(inbox.octets) + "\"";
    }
  }
  return world_.finish();
}

}  // namespace

std::optional<Failure> play(const Script& script, World& world, Clock clock, std::size_t end) {
  Play play(world, clock);
  for (std::size_t i = 0; i < end && !play.over(); ++i) {
    std::string message = play.step(script.steps[i]);
    if (!message.empty()) return Failure{.step = i, .message = std::move(message)};
  }
  if (end < script.steps.size()) return std::nullopt;
  std::string message = play.finish();
  if (message.empty()) return std::nullopt;
  return Failure{.step = script.steps.size(), .message = std::move(message)};
}

std::string shown(const Script& script, const Failure& failure) {
  const int failing =
      failure.step < script.steps.size() ? script.steps[failure.step].line : 1 << 30;
  std::string text = script.file + ":\n";
  for (std::size_t i = 0; i < script.source.size(); ++i) {
    const bool here = static_cast<int>(i + 1) == failing;
    text += (here ? "--> " : "    ") + script.source[i] + "\n";
    if (here) text += "    ^ " + failure.message + "\n";
  }
  if (failing > static_cast<int>(script.source.size())) text += "--> " + failure.message + "\n";
  return text;
}

}  // namespace transcripts
