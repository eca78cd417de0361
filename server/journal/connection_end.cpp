// What the end of a connection means: who broke it, what was lost, and attempts that never came to
// MAIL. What happens before is in connection.cpp.
#include <utility>

#include "journal/connection.hpp"

namespace journal {

namespace {

bool client_went(Ending ending) {
  return ending == Ending::client_left || ending == Ending::client_reset;
}

// Nobody was left with less than was promised.
bool in_good_order(Ending ending) {
  return ending == Ending::quit || ending == Ending::renamed;
}

bool we_broke(Ending ending) {
  return ending == Ending::closed || ending == Ending::reset;
}

bool nobody_was_served(Ending ending) {
  return ending == Ending::timeout || ending == Ending::drained;
}

}  // namespace

Answer Connection::broken(const Event& event) const {
  Answer answer;
  if (farewell_ && !client_went(event.ending)) answer = *farewell_;
  if (answer.rule.empty() && !event.rule.empty()) {
    answer.rule = event.rule;
    answer.nth = event.nth;
  } else if (answer.rule.empty() && fired_done_ == 0) {
    answer.rule = fired_;
    answer.nth = fired_nth_;
  }
  // A rule that replies and then breaks the connection.
  if (answer.rule.empty() && we_broke(event.ending)) {
    answer.rule = said_;
    answer.nth = said_nth_;
  }
  answer.outcome = Outcome::lost;
  answer.when = when(event);
  answer.phase = event.phase;
  return answer;
}

void Connection::ended(const Event& event) {
  if (left_handshake_ && we_broke(event.ending)) {
    // We only closed what the client had given up.
    Event left = event;
    left.ending = Ending::client_left;
    left.held = false;
    left_handshake_ = false;
    return ended(left);
  }
  name_unanswered_recipient();
  const bool left = client_went(event.ending);
  // FIN shows that the client had read what it was waiting for; RST shows nothing (RFC
  // 9293 3.10.7.4). After QUIT there is nothing more to wait for: when it was sent has told all.
  if (event.ending == Ending::client_left && question_ != base::Stage::quit) {
    transaction_.client_went_on(base::Micros::max());
  }
  const bool broken_off = event.ending == Ending::client_reset || we_broke(event.ending);
  transaction_.parted(broken_off ? Attempt::Since::broken : Attempt::Since::parted);
  if (giving_up_) transaction_.over(*giving_up_);
  const bool lost = left ? event.held : !in_good_order(event.ending);
  const Answer abandoned{.outcome = Outcome::abandoned, .when = when(event), .phase = event.phase};
  transaction_.connection_ended(lost ? broken(event) : abandoned);
  if (seen_connect_ && !had_mail_) ended_without_mail(event);
}

void Connection::ended_without_mail(const Event& event) {
  const bool ours = we_broke(event.ending) || (client_went(event.ending) && event.held);
  if (broken_tls_) return client_attempt(base::Stage::starttls, *broken_tls_);
  if (event.ending == Ending::renamed) return;
  auto stage = question_.value_or(event.stage.value_or(base::Stage::connect));
  // No command asks for the handshake of implicit TLS.
  if (event.stage == base::Stage::starttls) stage = base::Stage::starttls;
  const bool quitting = stage == base::Stage::quit;
  if (ours && asked_ && !quitting) return client_attempt(stage, broken(event));
  if (refusal_) return client_attempt(refusal_stage_, *refusal_);
  if (quitting) return;
  const bool farewell_counts = we_broke(event.ending) || farewell_asked_;
  if (farewell_ && farewell_counts && !nobody_was_served(event.ending)) {
    return client_attempt(stage, *farewell_);
  }
  if (ours) client_attempt(stage, broken(event));
}

void Connection::client_attempt(base::Stage stage, const Answer& answer) {
  Origin origin = origin_;
  origin.stage = stage;
  ledger_->decide(ledger_->begin_client(origin), answer);
}

}  // namespace journal
