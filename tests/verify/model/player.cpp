#include "verify/model/player.hpp"

#include <utility>

namespace verify::histories {

namespace {

Outcome outcome_of(const Reply& reply) {
  if (reply.code == 0) return Outcome::lost;
  if (reply.code >= 500) return Outcome::rejected;
  return reply.code >= 400 ? Outcome::deferred : Outcome::accepted;
}

int scale_at(const Plan& plan, Micros at) {
  int scale = plan.scale;
  for (const Rescale& each : plan.rescales) {
    if (each.at <= at) scale = each.scale;
  }
  return scale;
}

}  // namespace

// What was sent before the reply had left was not sent because of it.
void Player::went_on(Seq seq, Micros began) {
  for (const std::size_t i : unread_) {
    Planned& accepted = attempt(i);
    if (began > accepted.dripped_end) accepted.read = std::min(accepted.read, seq);
  }
}

Seq Player::command(Stage stage, Micros at, const std::string& subject, Micros began) {
  const Seq seq = add(Kind::command, at);
  event(seq).stage = stage;
  event(seq).subject = subject;
  event(seq).began = began == Micros(0) ? at : began;
  went_on(seq, event(seq).began);
  return seq;
}

Seq Player::reply(Stage stage, Micros at, const Reply& said) {
  const Seq seq = add(Kind::reply, at);
  event(seq).stage = stage;
  event(seq).code = said.code;
  event(seq).enhanced = said.enhanced;
  event(seq).text = "text";
  return seq;
}

Seq Player::ended(journal::Ending ending, Micros at, bool held) {
  const Seq seq = add(Kind::ended, at);
  event(seq).ending = ending;
  event(seq).held = held;
  const bool orderly = ending != journal::Ending::client_reset &&
                       ending != journal::Ending::reset && ending != journal::Ending::closed;
  for (const std::size_t i : unread_) {
    attempt(i).gone = seq;
    attempt(i).cut_off = !orderly;
  }
  over_ = true;
  now_ = at;
  return seq;
}

void Player::door_refuses() {
  Planned failed{.scope = Scope::client, .connection = connection_, .client = visit_.client};
  failed.begin = failed.mail = visit_.at;
  failed.outcome = outcome_of(visit_.refusal);
  failed.reply = visit_.refusal;
  Micros at = visit_.at + visit_.step;
  if (visit_.door == Door::full) {
    failed.end = visit_.at;
    failed.outcome = Outcome::deferred;
    failed.reply = {421, "4.3.2"};
    const Seq seq = add(Kind::refused, visit_.at);
    event(seq).subject = visit_.client;
    event(seq).code = 421;
    event(seq).enhanced = "4.3.2";
    failed.shown = failed.decided = seq;
  } else if (visit_.door == Door::breaks) {
    failed.reply = {0, ""};
    failed.outcome = Outcome::lost;
    failed.end = at;
    failed.shown = failed.decided = ended(journal::Ending::reset, at);
  } else {
    const bool ehlo = visit_.door == Door::ehlo;
    if (ehlo) {
      reply(Stage::connect, at, {220, ""});
      command(Stage::ehlo, at += visit_.step);
      at += visit_.step;
    }
    failed.told = reply(ehlo ? Stage::ehlo : Stage::connect, at, visit_.refusal);
    failed.end = at;
    at += visit_.step;
    const bool ours = visit_.refusal.code == 421;
    const auto ending = ours ? journal::Ending::closed : journal::Ending::client_left;
    failed.shown = failed.decided = ended(ending, at);
  }
  failed.dripped_end = failed.end;
  out_.attempts.push_back(std::move(failed));
}

void Player::client_waits(Micros from, Micros until) {
  waited_ += until - from;
  judge_waited_ += judge_clock(plan_, until) - judge_clock(plan_, from);
}

void Player::play() {
  if (visit_.door == Door::full) return door_refuses();
  const Seq begun = add(Kind::connected, visit_.at);
  event(begun).subject = visit_.client;
  if (visit_.door != Door::opens && visit_.door != Door::ehlo_then_helo) return door_refuses();
  Micros at = visit_.at + visit_.step;
  reply(Stage::connect, at, {220, ""});
  client_waits(at, at + visit_.step);
  command(Stage::ehlo, at += visit_.step);
  if (visit_.door == Door::ehlo_then_helo) {
    reply(Stage::ehlo, at += visit_.step, visit_.refusal);
    client_waits(at, at + visit_.step);
    command(Stage::ehlo, at += visit_.step);
  }
  reply(Stage::ehlo, now_ = at + visit_.step, {250, ""});
  bool first = true;
  for (const Transfer& each : visit_.transfers) {
    if (!transfer(each, first)) return;
    first = false;
  }
  farewell();
}

void Player::farewell() {
  now_ += visit_.step;
  if (visit_.farewell == Farewell::quit) {
    command(Stage::quit, now_);
    reply(Stage::quit, now_, {221, ""});
    ended(journal::Ending::quit, now_);
    return;
  }
  const bool orderly = visit_.farewell == Farewell::leaves;
  const Seq seq =
      ended(orderly ? journal::Ending::client_left : journal::Ending::client_reset, now_);
  if (orderly) went_on(seq, Micros::max());
}

// False: the connection is over.
bool Player::transfer(const Transfer& plan, bool first) {
  taken_.clear();
  transaction_ = out_.attempts.size();
  const Seq asked = command(Stage::mail, plan.at, plan.sender, plan.began);
  if (!plan.envid.empty()) event(asked).parameters.emplace_back("ENVID", plan.envid);
  Planned base{.connection = connection_, .client = visit_.client, .sender = plan.sender};
  base.envid = plan.envid;
  base.mail = plan.began;
  base.begin = first ? visit_.at : plan.began;
  // The client kept the connection waiting, and not the other way round.
  const Micros owed_since = now_;
  // An earlier instant is put on the judge clock by the scale of the event that tells it.
  const Micros ago = (plan.at - plan.began) * scale_at(plan_, plan.at);
  base.judge_mail = std::max(judge_clock(plan_, plan.at) - ago, Micros(0));
  base.judge_begin = first ? judge_clock(plan_, visit_.at) : base.judge_mail;
  if (first) {
    base.waited = waited_ + std::max(plan.began - owed_since, Micros(0));
    base.judge_waited =
        judge_waited_ + std::max(base.judge_mail - judge_clock(plan_, owed_since), Micros(0));
  }
  now_ = plan.at + plan.step;
  if (plan.mail.code != 250) return mail_refused(plan, std::move(base));
  reply(Stage::mail, now_, plan.mail);
  if (!recipients(plan, base)) return false;
  if (taken_.empty()) return true;
  return content(plan);
}

bool Player::mail_refused(const Transfer& plan, Planned base) {
  base.scope = Scope::sender;
  base.outcome = outcome_of(plan.mail);
  base.reply = plan.mail;
  base.end = base.dripped_end = now_;
  if (plan.mail.code == 0) {
    base.shown = base.decided = ended(journal::Ending::reset, now_);
    out_.attempts.push_back(std::move(base));
    return false;
  }
  base.shown = base.decided = reply(Stage::mail, now_, plan.mail);
  if (plan.mail.code == 421 || !plan.pipelined) {
    out_.attempts.push_back(std::move(base));
    if (plan.mail.code == 421) ended(journal::Ending::closed, now_);
    return !over_;
  }
  for (const Target& target : plan.targets) {
    const Seq asked = command(Stage::rcpt, now_, target.recipient);
    event(asked).flag = true;
    const Seq named = reply(Stage::rcpt, now_, {503, "5.5.1"});
    Planned each = base;
    each.recipient = target.recipient;
    each.named = named;
    // The first of them is the sender's attempt until then; the others show only now.
    if (&target != &plan.targets.front()) each.shown = each.decided = named;
    out_.attempts.push_back(std::move(each));
  }
  return true;
}

bool Player::recipients(const Transfer& plan, const Planned& base) {
  for (const Target& target : plan.targets) {
    now_ += plan.step;
    Planned each = base;
    each.scope = Scope::delivery;
    each.recipient = target.recipient;
    each.shown = each.named = command(Stage::rcpt, now_, target.recipient);
    now_ += plan.step;
    const std::size_t index = out_.attempts.size();
    out_.attempts.push_back(std::move(each));
    if (target.reply.code < 400) taken_.push_back(index);
    if (target.reply.code == 0) {
      lose_taken(ended(journal::Ending::reset, now_), {0, ""});
      return false;
    }
    const Seq said = reply(Stage::rcpt, now_, target.reply);
    if (target.reply.code < 400) continue;
    attempt(index).outcome = outcome_of(target.reply);
    attempt(index).reply = target.reply;
    attempt(index).decided = said;
    attempt(index).end = attempt(index).dripped_end = now_;
    attempt(index).refused_at_rcpt = true;
    if (target.reply.code != 421) continue;
    lose_taken(ended(journal::Ending::closed, now_), target.reply);
    return false;
  }
  return true;
}

void Player::decide_taken(Seq seq, Micros at, const Reply& said, Outcome outcome) {
  for (const std::size_t i : taken_) {
    Planned& each = attempt(i);
    each.outcome = outcome;
    each.reply = said;
    each.decided = seq;
    each.end = each.dripped_end = at;
  }
}

void Player::lose_taken(Seq seq, const Reply& said) {
  decide_taken(seq, now_, said, Outcome::lost);
}

// DATA and what follows.
bool Player::content(const Transfer& plan) {
  if (plan.finish == Finish::gone) {
    now_ += plan.step;
    const Seq left = ended(journal::Ending::client_left, now_);
    went_on(left, Micros::max());
    decide_taken(left, now_, {0, ""}, Outcome::abandoned);
    return false;
  }
  command(Stage::data, now_ += plan.step);
  const Seq said = reply(Stage::data, now_ += plan.step, plan.data);
  if (plan.data.code >= 400) {
    decide_taken(said, now_, plan.data, outcome_of(plan.data));
    if (plan.data.code == 421) ended(journal::Ending::closed, now_);
    return !over_;
  }
  const Seq came = add(Kind::message, now_ += plan.step);
  event(came).stage = Stage::message;
  event(came).message = std::make_shared<const journal::MessageFacts>(journal::MessageFacts{
      .size = 100, .message_id = plan.message_id, .body_hash = "xxh3:0", .key_fields = {}});
  // It was for those too who had been refused.
  for (std::size_t i = transaction_; i < out_.attempts.size(); ++i) {
    attempt(i).content = came;
    attempt(i).message_id = plan.message_id;
  }
  return answered(plan);
}

bool Player::answered(const Transfer& plan) {
  now_ += plan.held;
  if (plan.kept) event(add(Kind::stored, now_)).flag = true;
  if (plan.finish == Finish::broken_off) {
    lose_taken(ended(journal::Ending::reset, now_), {0, ""});
    return false;
  }
  if (plan.finish == Finish::gone_held) {
    const Seq left = ended(journal::Ending::client_left, now_, true);
    went_on(left, Micros::max());
    lose_taken(left, {0, ""});
    return false;
  }
  const Seq answer = reply(Stage::message, now_, plan.dot);
  decide_taken(answer, now_, plan.dot, outcome_of(plan.dot));
  if (plan.dripped > Micros(0)) {
    now_ += plan.dripped;
    const Seq sent = add(Kind::sent, now_);
    // Until sorting, a place: `reply` is set with the sequence numbers.
    event(sent).reply = answer;
    for (const std::size_t i : taken_) attempt(i).sent = sent;
    for (const std::size_t i : taken_) attempt(i).dripped_end = now_;
  }
  if (plan.dot.code < 400) unread_.insert(unread_.end(), taken_.begin(), taken_.end());
  taken_.clear();
  if (plan.dot.code == 421) ended(journal::Ending::closed, now_);
  return !over_;
}

}  // namespace verify::histories
