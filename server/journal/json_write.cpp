#include <iterator>

#include <fmt/format.h>

#include "journal/json.hpp"
#include "journal/json_object.hpp"

namespace journal {

namespace {

void append_pairs(std::string& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  append_array(out, pairs, [&out](const auto& pair) {
    out += '[';
    append_quoted(out, pair.first);
    out += ',';
    append_quoted(out, pair.second);
    out += ']';
  });
}

void append_facts(std::string& out, const MessageFacts& facts) {
  Object object(out);
  object.number("size", facts.size);
  object.some("message_id", facts.message_id);
  object.some("body_hash", facts.body_hash);
  if (!facts.key_fields.empty()) append_pairs(object.field("key_fields"), facts.key_fields);
  object.end();
}

void append_setup(std::string& out, const Setup& setup) {
  Object object(out);
  object.text("scenario", setup.scenario);
  object.number("seed", setup.seed);
  fmt::format_to(std::back_inserter(object.field("scale")), "{}", setup.scale);
  object.text("slack", base::format_duration(setup.slack));
  append_array(object.field("delivery_key"), setup.delivery_key, [&out](const std::string& part) {
    append_quoted(out, part);
  });
  object.boolean("delivery_unique", setup.delivery_unique);
  if (!setup.expect.empty()) object.field("expect") += setup.expect;
  object.end();
}

std::string_view text_name(Kind kind) {
  if (kind == Kind::connected) return "listener";
  if (kind == Kind::login) return "mechanism";
  return kind == Kind::run ? "version" : "text";
}

std::string_view count_name(Kind kind) {
  return kind == Kind::cut || kind == Kind::ended ? "octets" : "count";
}

std::string_view flag_name(Kind kind) {
  if (kind == Kind::command) return "before_rules";
  if (kind == Kind::rule) return "removed";
  if (kind == Kind::tls) return "failed";
  if (kind == Kind::connected) return "carried_over";
  return kind == Kind::stored ? "against_reply" : "flag";
}

}  // namespace

std::string_view subject_name(const Event& event) {
  switch (event.kind) {
    case Kind::connected:
    case Kind::refused: return "client";
    case Kind::finding: return "finding";
    case Kind::command:
      if (event.stage == base::Stage::mail) return "sender";
      return event.stage == base::Stage::rcpt ? "recipient" : "subject";
    case Kind::offered:
    case Kind::reply:
    case Kind::stored: return "recipient";
    case Kind::login: return "user";
    case Kind::tls: return "protocol";
    case Kind::run:
    case Kind::receiver:
    case Kind::phase:
    case Kind::message:
    case Kind::sent:
    case Kind::cut:
    case Kind::fired:
    case Kind::note:
    case Kind::ended:
    case Kind::advanced:
    case Kind::rule:
    case Kind::recount:
    case Kind::reset:
    case Kind::passed:
    case Kind::observed:
    case Kind::dropped: return "subject";
  }
  return "subject";
}

void append_json(std::string& out, const Event& event, base::WallTime start) {
  Object object(out);
  object.number("seq", event.seq);
  object.text("at", base::format_wall(start + event.at));
  object.seconds("elapsed", event.at);
  object.some("judge", event.judge);
  object.some("clock", event.clock);
  object.some("receiver", event.receiver.view());
  object.some("phase", event.phase.view());
  object.some("connection", event.connection);
  object.text("kind", name_of(event.kind));
  if (event.stage) object.text("stage", base::name_of(*event.stage));
  object.some("code", event.code);
  object.some("enhanced", event.enhanced);
  // The null reverse-path is a value.
  const bool is_mail = event.kind == Kind::command && event.stage == base::Stage::mail;
  if (is_mail || !event.subject.empty()) object.text(subject_name(event), event.subject);
  object.some(text_name(event.kind), event.text);
  object.some("rule", event.rule.view());
  object.some("nth", event.nth);
  if (event.ending != Ending::none) object.text("ending", name_of(event.ending));
  if (event.held) object.boolean("held", true);
  if (event.flag) object.boolean(flag_name(event.kind), true);
  object.some("began", event.began);
  object.some("by", event.by);
  object.some(count_name(event.kind), event.count);
  object.some("reply_seq", event.reply);
  if (!event.parameters.empty()) append_pairs(object.field("parameters"), event.parameters);
  if (event.message) append_facts(object.field("message"), *event.message);
  if (event.setup) append_setup(object.field("setup"), *event.setup);
  object.end();
}

std::string to_json_line(const Event& event, base::WallTime start) {
  std::string out;
  out.reserve(320);
  append_json(out, event, start);
  out += '\n';
  return out;
}

}  // namespace journal
