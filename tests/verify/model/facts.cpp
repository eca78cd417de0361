#include "verify/model/facts.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"

namespace verify::histories {

namespace {

std::string key_of(const Plan& plan, const Planned& attempt) {
  std::string key;
  for (const std::string& part : plan.key) {
    if (part == "sender") key += base::fold_domain(attempt.sender) + " ";
    if (part == "recipient") key += base::fold_domain(attempt.recipient) + " ";
    if (part == "envid") key += attempt.envid + " ";
  }
  return key;
}

Fact fact_of(const Plan& plan, const Planned& planned, Seq until) {
  Fact fact{.scope = planned.scope};
  fact.begin = planned.begin;
  fact.waited = planned.waited;
  fact.judge_waited = planned.judge_waited;
  fact.mail = planned.mail;
  fact.judge_begin = planned.judge_begin;
  fact.judge_mail = planned.judge_mail;
  fact.connection = planned.connection;
  fact.client = planned.client;
  fact.sender = planned.sender;
  fact.envid = planned.envid;
  fact.last_seen = planned.shown;
  if (planned.named <= until) {
    fact.scope = Scope::delivery;
    fact.recipient = planned.recipient;
    fact.key = key_of(plan, planned);
    fact.last_seen = planned.named;
  }
  if (planned.content <= until) fact.message_id = planned.message_id;
  if (planned.decided > until) return fact;
  const bool all_sent = planned.sent <= until;
  fact.outcome = planned.outcome;
  fact.reply = planned.reply;
  fact.refused_at_rcpt = planned.refused_at_rcpt;
  fact.end = all_sent ? planned.dripped_end : planned.end;
  fact.judge_end = all_sent ? planned.judge_dripped_end : planned.judge_end;
  fact.gone = planned.gone <= until;
  fact.cut_off = fact.gone && planned.cut_off;
  fact.read = planned.outcome == Outcome::accepted && planned.read <= until;
  if (planned.told != kNever) fact.last_seen = planned.told;
  if (planned.told == kNever)
    fact.last_seen = std::max(fact.last_seen, all_sent ? planned.sent : planned.decided);
  return fact;
}

// Which attempts belong together, found out event by event, as the receiver must.
class Sorter {
 public:
  Sorter(const Plan& plan, const std::vector<Planned>& attempts, std::vector<Fact>& facts)
      : plan_(plan), planned_(attempts), facts_(facts) {}

  void play(Seq until) {
    for (Seq seq = 1; seq <= until; ++seq) {
      for (std::size_t i = 0; i < planned_.size(); ++i) {
        if (planned_[i].named == seq) named(i, seq);
      }
      for (std::size_t i = 0; i < planned_.size(); ++i) {
        if (planned_[i].content == seq) came(i, seq);
      }
    }
  }

 private:
  [[nodiscard]] bool accepted_by(std::size_t delivery, Seq seq) const {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const bool accepted = planned_[i].outcome == Outcome::accepted && planned_[i].decided <= seq;
      if (facts_[i].delivery == delivery && accepted) return true;
    }
    return false;
  }

  // Acceptance closes a delivery, unless each key is one message.
  void named(std::size_t i, Seq seq) {
    std::size_t& current = current_[facts_[i].key];
    if (current == 0 || (!plan_.unique && accepted_by(current, seq))) current = ++last_;
    facts_[i].delivery = current;
  }

  // Another delivery of its key has carried this very message: that is where it belongs, and with
  // it the failures before it, unless somebody else is at work on them.
  void came(std::size_t i, Seq seq) {
    const std::string& message = planned_[i].message_id;
    if (message.empty()) return;
    std::size_t target = 0;
    for (std::size_t j = 0; j < facts_.size(); ++j) {
      const bool carries = planned_[j].content <= seq && planned_[j].message_id == message;
      if (j != i && carries && facts_[j].key == facts_[i].key) target = facts_[j].delivery;
    }
    const std::size_t source = facts_[i].delivery;
    if (target == 0 || target == source) return;
    bool others = accepted_by(source, seq);
    for (std::size_t j = 0; j < facts_.size(); ++j) {
      const bool open = planned_[j].named <= seq && planned_[j].decided > seq;
      others = others || (j != i && facts_[j].delivery == source && open);
    }
    for (std::size_t j = 0; j < facts_.size(); ++j) {
      if (j == i || (!others && facts_[j].delivery == source)) facts_[j].delivery = target;
    }
    if (!others && current_[facts_[i].key] == source) current_[facts_[i].key] = target;
  }

  const Plan& plan_;
  const std::vector<Planned>& planned_;
  std::vector<Fact>& facts_;
  std::map<std::string, std::size_t> current_{};
  std::size_t last_ = 0;
};

// The one was answered before the other was named. A reply counts as given when it is on its way.
bool one_after_the_other(const Fact& first, const Planned& a, const Fact& next, const Planned& b) {
  if (first.outcome == Outcome::open || a.decided > b.named) return false;
  return (a.sent < b.named ? a.dripped_end : a.end) <= next.begin;
}

// Two Message-IDs or ENVIDs under one key, or two connections at once that are not proven to carry
// one.
bool ambiguous(
    const std::string& key, const std::vector<Fact>& facts, const std::vector<Planned>& planned
) {
  for (const Fact& a : facts) {
    for (const Fact& b : facts) {
      const Planned &one = planned[a.id - 1], &other = planned[b.id - 1];
      if (a.id == b.id || a.key != key || b.key != key) continue;
      const bool envelopes = !a.envid.empty() && !b.envid.empty();
      if (envelopes && a.envid != b.envid) return true;
      const bool both = !a.message_id.empty() && !b.message_id.empty();
      if (both && a.message_id != b.message_id) return true;
      if (both || a.connection == b.connection) continue;
      const bool apart =
          one_after_the_other(a, one, b, other) || one_after_the_other(b, other, a, one);
      if (!apart) return true;
    }
  }
  return false;
}

bool earlier(const Fact& a, const Fact& b) {
  return std::tuple(a.begin, a.mail, a.id) < std::tuple(b.begin, b.mail, b.id);
}

std::vector<Mail> mails_of(
    const std::vector<Fact>& facts, const std::vector<Planned>& planned, bool unique
) {
  std::map<std::size_t, Mail> mails;
  for (const Fact& fact : facts) {
    if (fact.delivery == 0) continue;
    Mail& mail = mails[fact.delivery];
    mail.id = fact.delivery;
    mail.key = fact.key;
    mail.attempts.push_back(fact);
    if (mail.state != Outcome::accepted) mail.state = fact.outcome;
  }
  std::vector<Mail> out;
  for (auto& [id, mail] : mails) {
    mail.ambiguous = !unique && ambiguous(mail.key, facts, planned);
    std::sort(mail.attempts.begin(), mail.attempts.end(), earlier);
    out.push_back(std::move(mail));
  }
  return out;
}

}  // namespace

World world(const Plan& plan, const Record& record, std::size_t events) {
  World out{.over = plan.over, .scale = plan.scale, .slack = plan.slack, .unique = plan.unique};
  const Seq until = record.events[events - 1].seq;
  out.now = record.events[events - 1].at + plan.watched;
  for (std::size_t i = 0; i < events; ++i) {
    const journal::Event& event = record.events[i];
    if (event.kind == journal::Kind::receiver) {
      out.scale = static_cast<int>(event.setup->scale);
      out.scales.emplace_back(event.judge, out.scale);
    }
    if (event.kind == journal::Kind::dropped) out.last_loss = event.seq;
    if (event.kind == journal::Kind::advanced) out.advances.emplace_back(event.judge, event.by);
    if (event.kind == journal::Kind::offered) {
      out.offers.push_back({event.at, event.judge, event.subject});
    }
  }
  // The clock goes on at the last scale that was set.
  out.judge_now = record.events[events - 1].judge + plan.watched * out.scale;
  for (const Planned& planned : record.attempts) {
    if (planned.shown > until) continue;
    out.attempts.push_back(fact_of(plan, planned, until));
    out.attempts.back().id = out.attempts.size();
  }
  Sorter(plan, record.attempts, out.attempts).play(until);
  out.mails = mails_of(out.attempts, record.attempts, out.unique);
  std::sort(out.attempts.begin(), out.attempts.end(), earlier);
  return out;
}

World world(const Plan& plan, const Record& record) {
  return world(plan, record, kept_events(plan, record));
}

}  // namespace verify::histories
