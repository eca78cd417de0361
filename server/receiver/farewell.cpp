// How a conversation ends: by the server's own wish, and what is recorded once it is over.
#include <algorithm>

#include "receiver/conversation.hpp"

namespace receiver {

using base::Stage;

namespace {

const wire::Plan kHangUp{.ops = {{.kind = wire::Op::Kind::close}}};

}  // namespace

void Conversation::timed_out(base::TimePoint now) {
  const bool deaf = player_.offered_bytes() > player_.written_bytes() || session_.awaits_tls();
  if (pending_ || player_.over() || deaf) {
    // It takes nothing any more, so it cannot be told either.
    if (ending_ == journal::Ending::none) ending_ = journal::Ending::timeout;
    left_ = Left::reset;
    return;
  }
  leave_with(
      421, "4.4.2", "Idle for too long, closing transmission channel", journal::Ending::timeout, now
  );
}

void Conversation::drain(base::TimePoint now) {
  now_ = now;
  draining_ = true;
  if (in_transaction() || pending_ != nullptr) return;
  leave_with(
      421,
      "4.3.2",
      "Server is stopping, closing transmission channel",
      journal::Ending::drained,
      now
  );
}

// Says a 421 of the server's own and closes.
void Conversation::leave_with(
    std::uint16_t code,
    std::string_view enhanced,
    std::string_view text,
    journal::Ending why,
    base::TimePoint now
) {
  now_ = now;
  if (ended_ || left_ || player_.over() || pending_ != nullptr || ending_ != journal::Ending::none)
    return;
  ending_ = why;
  hearers_ = everyone();
  const auto& profile = greeter_.edition().scenario->profile;
  if (session_.awaits_tls()) return player_.play(kHangUp, 0, now);
  const auto reply = smtp::make_reply(
      code,
      profile.enhanced_status_codes ? enhanced : std::string_view(),
      profile.hostname + " " + std::string(text)
  );
  record_reply(reply, stage_, {}, player_.offered_bytes(), now);
  wire::Plan plan;
  plan.ops.push_back({.kind = wire::Op::Kind::say, .text = reply.wire});
  plan.ops.push_back({.kind = wire::Op::Kind::close});
  player_.play(plan, 0, now);
}

void Conversation::ended(base::TimePoint now) {
  if (ended_) return;
  // What the last answer brought to light.
  record_findings(now);
  const bool unshaken = peer_.tls == TlsMode::implicit && handshake_ != nullptr && !tls_told_;
  const auto how = how_it_ended();
  const bool by_rule = how == journal::Ending::closed || how == journal::Ending::reset;
  if (unshaken && !session_.is_secure() && (by_rule || !session_.awaits_tls())) {
    record_broken_tls("the connection ended before the handshake, by a rule", {}, Blame::ours, now);
  }
  ended_ = true;
  greeter_.cut_off(player_.written_bytes(), now);
  for (const auto& guest : guests_) guest->cut_off(player_.written_bytes(), now);
  record_recipients_behind_refused_mail(now);
  const auto over = ended_event();
  for (const auto& guest : guests_) guest->left(over, now);
  greeter_.left(over, now);
}

journal::Event Conversation::ended_event() const {
  journal::Event over;
  over.kind = journal::Kind::ended;
  over.ending = how_it_ended();
  over.stage = session_.in_data() ? Stage::message : stage_;
  over.held = held_;
  over.count = octets_in_;
  return over;
}

// A 421 to MAIL ends the connection before the RCPTs that were pipelined behind it have their turn.
// They are answered by nobody, but they say whose attempts these were.
void Conversation::record_recipients_behind_refused_mail(base::TimePoint now) {
  if (pending_ || stage_ != Stage::mail) return;
  hearers_ = Parties(&greeter_alone_, 1);
  for (auto next = session_.next(); next && next->behind_refused_mail; next = session_.next()) {
    record_question(*next, now);
    session_.answer(false);
  }
}

journal::Ending Conversation::how_it_ended() const {
  if (ending_ != journal::Ending::none) return ending_;
  if (renamed_) return journal::Ending::renamed;
  if (left_)
    return *left_ == Left::orderly ? journal::Ending::client_left : journal::Ending::client_reset;
  if (draining_ && last_wish_ == wire::Ending::none) return journal::Ending::drained;
  return last_wish_ == wire::Ending::reset ? journal::Ending::reset : journal::Ending::closed;
}

}  // namespace receiver
