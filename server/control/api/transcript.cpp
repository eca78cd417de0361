// Transcripts: see the header.
#include "control/api/transcript.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/http.hpp"

namespace control::api {

namespace {

using journal::Event;
using journal::Kind;

constexpr std::size_t kMostText = 4000;

// What the journal has made printable already keeps its backslashes.
std::string shown(std::string_view text) {
  const auto escaped = base::printable(text, kMostText);
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    out += escaped[i];
    if (escaped[i] == '\\' && i + 1 < escaped.size() && escaped[i + 1] == '\\') ++i;
  }
  return out;
}

std::string message_text(const Event& event) {
  if (!event.message) return "message arrived";
  std::string out = fmt::format("message of {} octets arrived", event.message->size);
  if (event.message->message_id.empty()) return out;
  return out + fmt::format(", Message-ID {}", shown(event.message->message_id));
}

std::string ended_text(const Event& event) {
  return fmt::format(
      "ended: {}{}, {} octets received",
      journal::name_of(event.ending),
      event.held ? " while a reply was held back" : "",
      event.count
  );
}

std::string tls_text(const Event& event) {
  if (event.flag) return fmt::format("the TLS handshake failed: {}", shown(event.text));
  std::string out = fmt::format("TLS began: {}", shown(event.subject));
  for (const auto& [name, value] : event.parameters) {
    out += fmt::format(", {} {}", name, shown(value));
  }
  return out;
}

std::string with_detail(std::string_view what, const Event& event) {
  std::string out(what);
  if (!event.subject.empty()) out += ": " + shown(event.subject);
  if (!event.text.empty()) out += ": " + shown(event.text);
  return out;
}

// The text of a line that is neither the client's nor a reply.
std::string aside(const Event& event) {
  switch (event.kind) {
    case Kind::connected:
      return fmt::format("{} connected to {}", shown(event.subject), shown(event.text));
    case Kind::message: return message_text(event);
    case Kind::stored:
      return event.flag ? "message stored, whatever the reply says" : "message stored";
    case Kind::sent: return fmt::format("all of the reply {} has left only now", event.code);
    case Kind::cut: return fmt::format("reply cut: {} of its octets left", event.count);
    case Kind::fired: return with_detail("a rule acted", event);
    case Kind::passed:
      return fmt::format("a recipient belongs to the receiver '{}'", shown(event.subject));
    case Kind::tls: return tls_text(event);
    case Kind::login:
      return fmt::format("{} logged in with {}", shown(event.subject), shown(event.text));
    case Kind::ended: return ended_text(event);
    case Kind::run:
    case Kind::receiver:
    case Kind::phase:
    case Kind::refused:
    case Kind::command:
    case Kind::reply:
    case Kind::finding:
    case Kind::note:
    case Kind::advanced:
    case Kind::offered:
    case Kind::rule:
    case Kind::recount:
    case Kind::reset:
    case Kind::observed:
    case Kind::dropped: break;
  }
  return with_detail(journal::name_of(event.kind), event);
}

Who who_says(const Event& event) {
  if (event.kind == Kind::command) return Who::client;
  return event.kind == Kind::reply ? Who::server : Who::neither;
}

// A reply of several lines is as many here.
void add_lines(Transcript& transcript, const Event& event) {
  TranscriptLine line{
      .seq = event.seq,
      .at = event.at,
      .who = who_says(event),
      .stage = event.stage,
      .rule = std::string(event.rule.view()),
      .nth = event.nth};
  if (line.who == Who::neither) {
    line.text = aside(event);
    transcript.lines.push_back(std::move(line));
    return;
  }
  std::string_view rest = event.text;
  do {
    const auto end = std::min(rest.find('\n'), rest.size());
    line.text = shown(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    transcript.lines.push_back(line);
  } while (!rest.empty());
}

// Marks the last line of the reply that was cut.
void mark_cut(Transcript& transcript, const Event& cut) {
  const auto line =
      std::find_if(transcript.lines.rbegin(), transcript.lines.rend(), [&](const auto& one) {
        return one.who == Who::server && (cut.reply == 0 || one.seq == cut.reply);
      });
  if (line != transcript.lines.rend()) line->cut = cut.count;
}

std::string seconds(base::Micros time) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
}

boost::json::value wall(base::Micros at, base::WallTime start) {
  return boost::json::value(base::format_wall(start + at));
}

boost::json::object to_json(const TranscriptLine& line, base::Micros began, base::WallTime start) {
  boost::json::object out{
      {"seq", line.seq},
      {"at", wall(line.at, start)},
      {"elapsed", json_seconds(line.at - began)},
      {"who", std::string(1, static_cast<char>(line.who))}};
  out["stage"] = line.stage ? boost::json::value(base::name_of(*line.stage)) : nullptr;
  out["text"] = line.text;
  if (!line.rule.empty()) {
    out["rule"] = line.rule;
    out["nth"] = line.nth;
  }
  if (line.cut) out["cut"] = *line.cut;
  return out;
}

}  // namespace

Transcript transcript_of(
    std::uint64_t connection, std::string_view receiver, std::span<const journal::EventPtr> events
) {
  Transcript out{.id = connection, .receiver = std::string(receiver)};
  const Event& first = *events.front();
  out.began = first.at;
  const bool whole = first.kind == Kind::connected || first.kind == Kind::refused;
  out.dropped = !whole;
  if (whole) out.client = shown(first.subject);
  if (first.kind == Kind::connected) out.listener = shown(first.text);
  for (const auto& event : events) {
    add_lines(out, *event);
    if (event->kind == Kind::cut) mark_cut(out, *event);
    if (event->kind != Kind::ended) continue;
    out.ended = event->at;
    out.ending = event->ending;
    out.octets = event->count;
  }
  return out;
}

boost::json::object to_json(const Transcript& t, base::WallTime start) {
  boost::json::object out{{"id", t.id}, {"receiver", t.receiver}};
  out["client"] = t.client;
  out["listener"] = t.listener;
  out["began"] = wall(t.began, start);
  out["ended"] = t.ended ? wall(*t.ended, start) : nullptr;
  out["ending"] = t.ended ? boost::json::value(journal::name_of(t.ending)) : nullptr;
  if (t.octets) out["octets"] = *t.octets;
  out["dropped"] = t.dropped;
  boost::json::array lines;
  for (const auto& line : t.lines) lines.push_back(to_json(line, t.began, start));
  out["lines"] = std::move(lines);
  return out;
}

std::string to_text(const Transcript& t, base::WallTime start) {
  std::string out = fmt::format(
      "connection {} of receiver '{}', {}\n", t.id, t.receiver, base::format_wall(start + t.began)
  );
  if (t.dropped) out += "(its beginning is not in the journal any more)\n";
  for (const auto& line : t.lines) {
    out += fmt::format(
        "+{} {}: {}", seconds(line.at - t.began), static_cast<char>(line.who), line.text
    );
    if (!line.rule.empty()) out += fmt::format("   (rule {}, {})", shown(line.rule), line.nth);
    if (line.cut) out += fmt::format("   (cut after {} octets)", *line.cut);
    out += '\n';
  }
  return out;
}

}  // namespace control::api
