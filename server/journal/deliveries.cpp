#include "journal/deliveries.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "journal/connection.hpp"
#include "journal/keys.hpp"
#include "journal/ledger.hpp"

namespace journal {

namespace {

constexpr std::array kScopeNames = {
    std::string_view{"client"}, std::string_view{"sender"}, std::string_view{"delivery"}};

constexpr std::array kOutcomeNames = {
    std::string_view{"open"},
    std::string_view{"accepted"},
    std::string_view{"deferred"},
    std::string_view{"rejected"},
    std::string_view{"lost"},
    std::string_view{"abandoned"}};

// The events that prove an attempt, in order, each once.
std::vector<std::uint64_t> evidence_of(const AttemptRecord& record) {
  const std::array all = {
      record.origin.begin.seq, record.command, record.answer.reply, record.answer.when.seq};
  std::vector<std::uint64_t> events;
  for (const std::uint64_t seq : all) {
    const bool known = std::find(events.begin(), events.end(), seq) != events.end();
    if (seq != 0 && !known) events.push_back(seq);
  }
  std::sort(events.begin(), events.end());
  return events;
}

Attempt to_attempt(const AttemptRecord& record, const AttemptRecord* previous) {
  const Origin& origin = record.origin;
  const Answer& answer = record.answer;
  Attempt out{
      .id = record.id,
      .delivery = record.delivery,
      .scope = record.scope,
      .stage = origin.stage,
      .outcome = answer.outcome,
      .begin = origin.begin.at,
      .end = answer.when.at,
      .judge_begin = origin.begin.judge,
      .judge_end = answer.when.judge,
      .mail = origin.mail.at,
      .judge_mail = origin.mail.judge,
      .idle = origin.idle,
      .judge_idle = origin.judge_idle,
      .connection = origin.connection,
      .client = std::string(origin.client.view()),
      .sender = std::string(origin.sender.view()),
      .recipient = std::string(record.recipient.view()),
      .code = answer.code,
      .enhanced = answer.enhanced,
      .reply = std::string(answer.text.view()),
      .rule = std::string(answer.rule.view()),
      .nth = answer.nth,
      .tls = origin.tls,
      .stored = record.stored,
      .ambiguous_end = record.ambiguous_end,
      .since_reply = record.since_reply,
      .phase = std::string(answer.phase.view()),
      .envid = std::string(origin.envid.view()),
      .evidence = evidence_of(record)};
  if (previous != nullptr && !previous->open()) {
    out.gap = origin.begin.at - previous->answer.when.at;
    out.judge_gap = origin.begin.judge - previous->answer.when.judge;
    // An earlier instant of the judge clock is known to the microsecond only.
    if (record.scope != Scope::delivery) out.judge_gap = std::max(*out.judge_gap, base::Micros(0));
  }
  if (record.message) {
    out.message_id = record.message->message_id;
    out.body_hash = record.message->body_hash;
  }
  return out;
}

Delivery to_delivery(const DeliveryRecord& record, const Ledger& ledger) {
  Delivery out{
      .id = record.id,
      .key = record.key->first,
      .sender = std::string(record.sender.view()),
      .recipient = std::string(record.recipient.view()),
      .message_id = record.message_id,
      .attempts = record.attempts,
      .copies = record.copies,
      .unique = record.unique,
      .ambiguous = ledger.ambiguous(record)};
  std::sort(out.attempts.begin(), out.attempts.end());
  const AttemptRecord* last = out.attempts.empty() ? nullptr : ledger.find(out.attempts.back());
  out.state = last == nullptr ? Outcome::open : last->answer.outcome;
  if (record.accepted > 0) out.state = Outcome::accepted;
  return out;
}

template <typename Out, typename Record, typename Convert>
std::vector<Out> page(
    const Shelf<Record>& records, std::uint64_t after, std::size_t limit, Convert convert
) {
  std::vector<Out> out;
  out.reserve(std::min(limit, records.size()));
  const Record* record = records.next(after);
  while (record != nullptr && out.size() < limit) {
    out.push_back(convert(*record));
    record = records.next(record->id);
  }
  return out;
}

}  // namespace

std::string_view name_of(Scope scope) {
  return kScopeNames[static_cast<std::size_t>(scope)];
}

std::string_view name_of(Outcome outcome) {
  return kOutcomeNames[static_cast<std::size_t>(outcome)];
}

struct Deliveries::State {
  explicit State(Limits l) : limits(l), ledger(l.attempts) {}

  void add(const Event& event);
  void turned_away(const Event& event);
  Connection* connection_of(const Event& event);

  const Limits limits;
  Ledger ledger;
  std::unordered_map<std::uint64_t, Connection> connections{};
  std::uint64_t unfollowed = 0;
};

// Beyond the limit a connection is not followed: its attempts are missing, and counted as dropped.
Connection* Deliveries::State::connection_of(const Event& event) {
  const auto known = connections.find(event.connection);
  if (known != connections.end()) return &known->second;
  const bool begins = event.kind == Kind::connected;
  if (connections.size() >= limits.connections) {
    unfollowed += begins ? 1U : 0U;
    return nullptr;
  }
  // A receiver that owns some recipients only sees the middle of a connection.
  if (!begins && event.kind != Kind::command && event.kind != Kind::tls) return nullptr;
  return &connections.try_emplace(event.connection, ledger, event.connection).first->second;
}

// The program's own limit, but the client cannot tell: it was deferred.
void Deliveries::State::turned_away(const Event& event) {
  const Instant now{.at = event.at, .judge = event.judge, .seq = event.seq};
  const std::uint16_t code = event.code == 0 ? std::uint16_t{421} : event.code;
  AttemptRecord& attempt = ledger.begin_client(
      {.begin = now,
       .mail = now,
       .stage = event.stage.value_or(base::Stage::connect),
       .connection = event.connection,
       .client = base::Name(event.subject)}
  );
  std::string reply = std::to_string(code);
  if (!event.enhanced.empty()) reply += " " + event.enhanced;
  if (!event.text.empty()) reply += " " + event.text;
  ledger.decide(
      attempt,
      {.outcome = Outcome::deferred,
       .when = now,
       .reply = event.seq,
       .code = code,
       .enhanced = event.enhanced,
       .text = base::Name(reply),
       .phase = event.phase}
  );
}

void Deliveries::State::add(const Event& event) {
  Counts& counts = ledger.counts;
  counts.connections += event.kind == Kind::connected ? 1U : 0U;
  counts.messages += event.kind == Kind::message ? 1U : 0U;
  counts.stored += event.kind == Kind::stored ? 1U : 0U;
  if (event.kind == Kind::refused) {
    ++counts.refused;
    return turned_away(event);
  }
  if (event.kind == Kind::receiver && event.setup) return ledger.use(event.setup);
  if (event.connection == 0) return;
  Connection* connection = connection_of(event);
  if (connection == nullptr) return;
  // A message of a transaction that is older than the journal: whose it was is not known.
  unfollowed += event.kind == Kind::message && connection->awaits_mail() ? 1U : 0U;
  connection->add(event);
  if (event.kind == Kind::ended) connections.erase(event.connection);
}

Deliveries::Deliveries() : Deliveries(Limits{}) {}

Deliveries::Deliveries(Limits limits) : state_(std::make_unique<State>(limits)) {}

Deliveries::~Deliveries() = default;
Deliveries::Deliveries(Deliveries&&) noexcept = default;
Deliveries& Deliveries::operator=(Deliveries&&) noexcept = default;

void Deliveries::add(const Event& event) {
  state_->add(event);
}

DeliveryRef Deliveries::find(std::uint64_t connection, std::string_view recipient) const {
  const auto known = state_->connections.find(connection);
  if (known == state_->connections.end()) return {};
  const AttemptRecord* attempt = known->second.transaction().attempt_of(recipient);
  if (attempt == nullptr) return {};
  const DeliveryRecord* delivery = state_->ledger.delivery(attempt->delivery);
  if (delivery == nullptr) return {};
  return {
      .key = delivery->key->first + " #" + std::to_string(delivery->ordinal),
      .attempt = attempt->number};
}

DeliveryRef Deliveries::would_be(
    std::string_view sender,
    std::string_view recipient,
    const Parameters& of_mail,
    const Parameters& of_rcpt
) const {
  const KeySource source{
      .sender = sender, .recipient = recipient, .mail = &of_mail, .rcpt = &of_rcpt};
  const auto key = delivery_key(*state_->ledger.setup(), source);
  const auto place = state_->ledger.would_join(key);
  return {.key = key + " #" + std::to_string(place.ordinal), .attempt = place.number};
}

std::optional<base::Micros> Deliveries::idle(std::uint64_t connection) const {
  const auto known = state_->connections.find(connection);
  if (known == state_->connections.end()) return std::nullopt;
  return known->second.idle();
}

std::vector<Attempt> Deliveries::attempts(std::uint64_t after, std::size_t limit) const {
  const Ledger& ledger = state_->ledger;
  return page<Attempt>(ledger.attempts(), after, limit, [&](const AttemptRecord& record) {
    return to_attempt(record, ledger.previous(record));
  });
}

std::vector<Delivery> Deliveries::deliveries(std::uint64_t after, std::size_t limit) const {
  const Ledger& ledger = state_->ledger;
  return page<Delivery>(ledger.deliveries(), after, limit, [&](const DeliveryRecord& record) {
    return to_delivery(record, ledger);
  });
}

std::optional<Attempt> Deliveries::attempt(std::uint64_t id) const {
  const AttemptRecord* record = std::as_const(state_->ledger).find(id);
  if (record == nullptr) return std::nullopt;
  return to_attempt(*record, state_->ledger.previous(*record));
}

std::optional<Delivery> Deliveries::delivery(std::uint64_t id) const {
  const DeliveryRecord* record = state_->ledger.delivery(id);
  if (record == nullptr) return std::nullopt;
  return to_delivery(*record, state_->ledger);
}

std::uint64_t Deliveries::dropped() const {
  return state_->ledger.dropped() + state_->unfollowed;
}

std::uint64_t Deliveries::unfollowed() const {
  return state_->unfollowed;
}

const Deliveries::Counts& Deliveries::counts() const {
  return state_->ledger.counts;
}

}  // namespace journal
