// What a conversation asks the rules: the facts of a question, gathered from session, journal and
// receiver; and what becomes of their answers.
#include <algorithm>
#include <utility>

#include "receiver/conversation.hpp"

namespace receiver {

namespace {

using base::Stage;

// Stages whose questions belong to those who own the recipients; the others are the greeter's.
bool has_owners(Stage stage) {
  return stage == Stage::rcpt || stage == Stage::data || stage == Stage::message;
}

// Octets that a plan sends before its reply.
std::uint64_t noise_before_reply(const wire::Plan& plan) {
  std::uint64_t octets = 0;
  for (const auto& op : plan.ops) {
    if (op.kind == wire::Op::Kind::say) break;
    if (op.kind == wire::Op::Kind::noise) octets += op.n;
  }
  return octets;
}

std::size_t place_of_reply(const wire::Plan& plan) {
  const auto say = std::find_if(plan.ops.begin(), plan.ops.end(), [](const wire::Op& op) {
    return op.kind == wire::Op::Kind::say;
  });
  return static_cast<std::size_t>(say - plan.ops.begin());
}

}  // namespace

void Conversation::ask_rules(smtp::Question question, base::TimePoint now) {
  std::vector<Opinion> opinions;
  const auto stage = question.stage;
  const auto ask = [&](Party& party, Stage asked) {
    if (!party.edition().acts_at(asked)) return true;
    auto opinion = opinion_of(party, question, asked, now);
    if (opinion.decision.fired.empty()) return true;
    const bool goes_on = asked == stage || let_through(opinion);
    opinions.push_back(std::move(opinion));
    return goes_on;
  };
  for (Party* party : has_owners(stage) ? hearers_ : Parties(&greeter_alone_, 1)) {
    // A guest was not there at MAIL: its first RCPT is told what MAIL would have been.
    const bool late = stage == Stage::rcpt && party != &greeter_ && !party->mail_asked;
    party->mail_asked = true;
    party->trace = nullptr;
    if (late && !ask(*party, Stage::mail)) continue;
    ask(*party, stage);
  }
  if (opinions.empty()) return answer_as_normal(question, question.normal, now);
  play(std::move(question), opinions, now);
}

void Conversation::play(
    smtp::Question&& question, std::vector<Opinion>& opinions, base::TimePoint now
) {
  auto agreement = agree(opinions, question.normal);
  auto pending = std::make_unique<Pending>();
  auto& action = agreement.action;
  if (question.command.verb == smtp::Verb::bdat) fit_to_chunk(action, question);
  const bool says = action.reply.code != 0 && !action.reply.wire.empty();
  for (const auto& opinion : opinions) record_fired(opinion, says, now);
  if (agreement.decider) {
    const auto& deciding = opinions[*agreement.decider];
    const auto* fired = deciding.decision.deciding();
    pending->decider = deciding.party;
    pending->rule = base::Name(fired->rule->name);
    pending->nth = static_cast<std::uint32_t>(fired->nth);
  }
  if (question.stage == Stage::message) {
    pending->keepers = keepers_of(action, pending->decider, opinions);
    // The reply says that the message is kept, and somebody's rule does not lie about it.
    if (action.positive && !action.plan.accepts() && !pending->keepers.empty()) {
      action.plan.commit = place_of_reply(action.plan);
    }
  }
  pending->recipient = only_recipient(question);
  pending->question = std::move(question);
  pending->action = std::move(action);
  pending->begins = player_.offered_bytes() + noise_before_reply(pending->action.plan);
  pending_ = std::move(pending);
  player_.play(pending_->action.plan, pending_->action.draw, now);
}

// DATA's 354 would be no answer to a BDAT; and LMTP refuses the last one once for each recipient
// (RFC 2033 4.3).
void Conversation::fit_to_chunk(scenario::Action& action, const smtp::Question& question) const {
  auto& ops = action.plan.ops;
  const auto said = std::find_if(ops.begin(), ops.end(), [](const wire::Op& op) {
    return op.kind == wire::Op::Kind::say;
  });
  if (said == ops.end() || action.reply.code == 0) return;
  if (action.positive) {
    action.reply = question.normal;
    said->text = question.normal.wire;
    return;
  }
  const bool last = question.normal.wire.empty();
  const auto recipients = session_.envelope().recipients.size();
  if (!last || peer_.protocol != smtp::Protocol::lmtp || recipients < 2) return;
  const wire::Op again{.kind = wire::Op::Kind::say, .text = action.reply.wire};
  ops.insert(said + 1, recipients - 1, again);
}

// Who stores the message when the plan accepts it. A refusal is everybody's: only whoever refuses
// may have a rule that stores all the same.
std::vector<Party*> Conversation::keepers_of(
    const scenario::Action& action, Party* decider, const std::vector<Opinion>& opinions
) const {
  std::vector<Party*> keepers;
  for (Party* party : hearers_) {
    const auto own = std::find_if(opinions.begin(), opinions.end(), [&](const auto& opinion) {
      return opinion.party == party;
    });
    const bool would = own == opinions.end() || own->keeps;
    if (would && (action.positive || party == decider)) keepers.push_back(party);
  }
  return keepers;
}

Opinion Conversation::opinion_of(
    Party& party, smtp::Question& question, Stage stage, base::TimePoint now
) {
  const auto inquiry = inquiry_for(party, question, stage, now);
  const auto& scenario = *party.edition().scenario;
  Opinion opinion{.party = &party};
  auto& decision = opinion.decision;
  scenario::Considerations considered;
  decision = scenario::decide(scenario, inquiry.query, *party.edition().counters, &considered);
  if (!considered.empty()) {
    if (!party.trace) party.trace = std::make_shared<RuleTrace>(party.edition().scenario);
    party.trace->add(scenario::facts_of(inquiry.query), std::move(considered));
  }
  if (!decision.near_trigger.empty()) record_note(party, decision.near_trigger, now);
  if (decision.fired.empty()) return opinion;
  if (stage == Stage::ehlo) withhold(decision, question);
  opinion.action = scenario::act(
      decision,
      question.normal,
      question.stage,
      values_of(inquiry),
      scenario.wire_scaled ? inquiry.moment.scale : 1.0
  );
  opinion.decides = decision.deciding() != nullptr;
  opinion.keeps = !opinion.decides || opinion.action.plan.accepts();
  return opinion;
}

Conversation::Inquiry Conversation::inquiry_for(
    const Party& party, const smtp::Question& question, Stage stage, base::TimePoint now
) const {
  const auto& envelope = session_.envelope();
  // The MAIL itself, or what is known of it later.
  const bool comes = question.stage == Stage::mail;
  Inquiry inquiry;
  inquiry.moment = party.receiver().moment(party.edition(), now);
  auto& query = inquiry.query;
  query.stage = stage;
  query.envelope = &envelope;
  query.ehlo = stage == Stage::ehlo ? std::string_view(question.command.argument)
                                    : std::string_view(envelope.ehlo);
  query.client = peer_.client;
  query.tls = session_.is_secure();
  query.auth_user = envelope.auth_user;
  if (question.auth) {
    query.auth_user = question.auth->user;
    query.auth_begins = question.auth->begins;
    query.auth_ends = question.auth->ends;
  }
  query.connection = peer_.connection;
  query.receiver_time = inquiry.moment.receiver_time;
  query.phase = inquiry.moment.phase;
  query.phase_left = inquiry.moment.phase_left;
  query.size = comes ? smtp::declared_size(question.command) : envelope.declared_size;
  query.has_sender = comes || envelope.has_sender;
  query.sender =
      comes ? std::string_view(question.command.address) : std::string_view(envelope.sender);
  if (stage == Stage::mail) {
    query.parameters = comes ? &question.command.parameters : &envelope.mail_parameters;
  } else if (stage == Stage::rcpt) {
    query.parameters = &question.command.parameters;
  }
  add_targets(inquiry, party, question);
  if (question.message) {
    query.message = question.message.get();
    query.size = question.message->size;
  }
  return inquiry;
}

// The recipients that are the party's.
void Conversation::add_targets(Inquiry& inquiry, const Party& party, const smtp::Question& question)
    const {
  auto& query = inquiry.query;
  const auto add = [&](const std::string& address, const std::vector<smtp::Parameter>& parameters) {
    inquiry.deliveries.push_back(party.receiver().find(peer_.connection, address));
    query.targets.push_back({.recipient = address, .delivery_key = {}, .parameters = &parameters});
  };
  if (query.stage == Stage::rcpt) {
    add(question.command.address, question.command.parameters);
  } else if (query.stage == Stage::data || query.stage == Stage::message) {
    const auto& recipients = session_.envelope().recipients;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
      if (question.recipient && i != *question.recipient) continue;
      if (owns(party, i)) add(recipients[i].address, recipients[i].parameters);
    }
  }
  for (std::size_t i = 0; i < query.targets.size(); ++i) {
    query.targets[i].delivery_key = inquiry.deliveries[i].key;
    query.targets[i].attempt = inquiry.deliveries[i].attempt;
  }
}

scenario::Placeholders Conversation::values_of(const Inquiry& inquiry) const {
  scenario::Placeholders values;
  values.sender = inquiry.query.sender;
  values.auth_user = inquiry.query.auth_user;
  values.client = client_;
  values.hostname = greeter_.edition().scenario->profile.hostname;
  values.connection = peer_.connection;
  if (!inquiry.query.targets.empty()) {
    values.recipient = inquiry.query.targets.front().recipient;
    values.attempt = inquiry.query.targets.front().attempt;
  }
  return values;
}

}  // namespace receiver
