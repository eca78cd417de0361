// Attempts and deliveries as the API shows them.
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "journal/json.hpp"
#include "journal/json_object.hpp"

namespace journal {

void append_json(std::string& out, const Attempt& attempt, base::WallTime start) {
  Object object(out);
  object.number("id", attempt.id);
  object.text("at", base::format_wall(start + attempt.begin));
  object.seconds("elapsed", attempt.begin);
  object.text("scope", name_of(attempt.scope));
  object.text("stage", base::name_of(attempt.stage));
  object.text("outcome", name_of(attempt.outcome));
  object.number_or_null("code", attempt.code);
  object.text_or_null("enhanced", attempt.enhanced);
  object.text_or_null("reply", attempt.reply);
  object.text_or_null("rule", attempt.rule);
  object.number_or_null("nth", attempt.nth);
  object.text_or_null("phase", attempt.phase);
  object.number("connection", attempt.connection);
  object.text("client", attempt.client);
  attempt.scope == Scope::client ? object.null("sender") : object.text("sender", attempt.sender);
  object.text_or_null("recipient", attempt.recipient);
  object.number_or_null("delivery", attempt.delivery);
  object.seconds_or_null("gap", attempt.gap);
  const bool open = attempt.outcome == Outcome::open;
  object.seconds_or_null("end", open ? std::nullopt : std::optional(attempt.end));
  object.seconds("judge_at", attempt.judge_begin);
  object.seconds_or_null("judge_gap", attempt.judge_gap);
  object.seconds_or_null("judge_end", open ? std::nullopt : std::optional(attempt.judge_end));
  object.boolean("tls", attempt.tls);
  object.boolean("stored", attempt.stored);
  object.boolean("ambiguous_end", attempt.ambiguous_end);
  object.text_or_null("envid", attempt.envid);
  object.text_or_null("message_id", attempt.message_id);
  object.text_or_null("body_hash", attempt.body_hash);
  append_array(object.field("evidence"), attempt.evidence, [&out](std::uint64_t seq) {
    const fmt::format_int digits(seq);
    out.append(digits.data(), digits.size());
  });
  object.end();
}

void append_json(
    std::string& out,
    const Delivery& delivery,
    std::string_view receiver,
    const Deliveries& all,
    base::WallTime start
) {
  Object object(out);
  object.number("id", delivery.id);
  object.text("receiver", receiver);
  object.text("key", delivery.key);
  object.text("sender", delivery.sender);
  object.text("recipient", delivery.recipient);
  object.text_or_null("message_id", delivery.message_id);
  object.text("state", name_of(delivery.state));
  std::vector<Attempt> known;
  for (const std::uint64_t id : delivery.attempts) {
    if (auto attempt = all.attempt(id)) known.push_back(std::move(*attempt));
  }
  append_array(object.field("attempts"), known, [&](const Attempt& attempt) {
    append_json(out, attempt, start);
  });
  object.number("copies", delivery.copies);
  object.boolean("ambiguous", delivery.ambiguous);
  object.end();
}

}  // namespace journal
