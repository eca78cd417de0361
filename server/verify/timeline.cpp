// The snapshot that checks look at: see the header.
#include "verify/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify {

namespace {

constexpr base::Micros kInjection{1'000'000};  // a queue flushed by an injection, in real time

// What the limit of the set-up says.
constexpr std::string_view kTooMany = "Too many recipients";

template <typename Map>
auto row_of(const Map& map, std::string_view key) {
  const auto found = map.find(key);
  using Row = typename Map::mapped_type;
  static const Row kNone{};
  return std::span<const typename Row::value_type>(found == map.end() ? kNone : found->second);
}

base::Micros scaled(base::Micros real, const journal::Setup& setup) {
  return base::Micros(std::llround(static_cast<double>(real.count()) * setup.scale));
}

bool begins_before(const Attempt* a, const Attempt* b) {
  return std::tuple(a->begin, a->mail, a->id) < std::tuple(b->begin, b->mail, b->id);
}

// Of attempts by their beginning, the first that begins at `at` or later.
auto from(std::span<const Attempt* const> row, base::Micros at) {
  return std::lower_bound(row.begin(), row.end(), at, [](const Attempt* a, base::Micros t) {
    return a->begin < t;
  });
}

}  // namespace

bool too_many_recipients(const Attempt& attempt) {
  const bool says_so =
      attempt.enhanced.empty() && attempt.reply.find(kTooMany) != std::string::npos;
  return attempt.code == 452 && (attempt.enhanced == "4.5.3" || says_so);
}

bool Story::failed(const Select& select) const {
  return std::any_of(attempts.begin(), attempts.end(), [&](const Attempt* attempt) {
    return verify::failed(*attempt) && select.matches(*attempt);
  });
}

bool Story::proven_same(const Attempt& a, const Attempt& b) const {
  const bool same_id = !a.message_id.empty() && a.message_id == b.message_id;
  const bool same_envelope = !a.envid.empty() && a.envid == b.envid;
  return unique || same_id || same_envelope;
}

const Attempt* Story::last_to_end() const {
  const Attempt* last = nullptr;
  for (const Attempt* attempt : attempts) {
    if (attempt->outcome == Outcome::open) return nullptr;
    if (last == nullptr || attempt->end >= last->end) last = attempt;
  }
  return last;
}

Timeline::Timeline(journal::Past past, Now now)
    : now_(now),
      marks_(std::move(past.marks)),
      behaviour_(std::move(past.behaviour)),
      setup_(
          marks_.setups().empty() ? std::make_shared<const journal::Setup>()
                                  : marks_.setups().back().setup
      ),
      attempts_(std::move(past.attempts)),
      deliveries_(std::move(past.deliveries)) {
  index_attempts();
  index_deliveries();
  for (const auto& offer : marks_.offers()) {
    offers_[base::fold_domain(offer.recipient)].push_back(&offer);
    offers_to_domain_[base::domain_of(offer.recipient)].push_back(&offer);
  }
  base::Micros sum{0};
  for (const auto& advance : marks_.advances()) advance_sums_.push_back(sum += advance.by);
  find_missing(past.dropped, past.unfollowed);
}

void Timeline::index_attempts() {
  in_order_.reserve(attempts_.size());
  for (const Attempt& attempt : attempts_) in_order_.push_back(&attempt);
  std::sort(in_order_.begin(), in_order_.end(), begins_before);
  for (const Attempt* attempt : in_order_) {
    anything_open_ = anything_open_ || attempt->outcome == Outcome::open;
    clients_[attempt->client].push_back(attempt);
    if (attempt->scope == Scope::client) {
      const bool through = attempt->outcome == Outcome::abandoned;
      if (!through) host_failures_[attempt->client].push_back(attempt);
      continue;
    }
    senders_[attempt->sender].push_back(attempt);
    if (attempt->scope != Scope::delivery) continue;
    recipients_[base::fold_domain(attempt->recipient)].push_back(attempt);
    domains_[base::domain_of(attempt->recipient)].push_back(attempt);
  }
}

void Timeline::index_deliveries() {
  stories_.reserve(deliveries_.size());
  const auto known = [this](std::uint64_t id) -> const Attempt* {
    const auto found = std::lower_bound(
        attempts_.begin(),
        attempts_.end(),
        id,
        [](const Attempt& a, std::uint64_t wanted) { return a.id < wanted; }
    );
    return found != attempts_.end() && found->id == id ? &*found : nullptr;
  };
  for (const journal::Delivery& delivery : deliveries_) {
    Story story{.facts = &delivery, .unique = delivery.unique};
    for (const std::uint64_t id : delivery.attempts) {
      if (const Attempt* attempt = known(id)) story.attempts.push_back(attempt);
    }
    if (story.attempts.empty()) continue;
    std::sort(story.attempts.begin(), story.attempts.end(), begins_before);
    first_attempts_[story.attempts.front()->client].push_back(story.attempts.front());
    stories_.push_back(std::move(story));
  }
  for (auto& [client, firsts] : first_attempts_) {
    std::sort(firsts.begin(), firsts.end(), begins_before);
  }
  for (const Story& story : stories_) keys_[story.facts->key].push_back(&story);
  for (auto& [key, stories] : keys_) {
    std::sort(stories.begin(), stories.end(), [](const Story* a, const Story* b) {
      return begins_before(a->attempts.front(), b->attempts.front());
    });
  }
}

void Timeline::find_missing(std::uint64_t dropped, std::uint64_t unfollowed) {
  const std::uint64_t forgotten = dropped - unfollowed;
  std::uint64_t lost = 0;
  for (const auto& loss : marks_.losses()) {
    lost += loss.count;
    incomplete_until_ = std::max(incomplete_until_, loss.when.seq);
  }
  if (unfollowed > 0) incomplete_until_ = std::numeric_limits<std::uint64_t>::max();
  const auto tell = [this](std::uint64_t n, std::string_view what) {
    if (n == 0) return;
    missing_ += fmt::format("{}{} {}", missing_.empty() ? "" : ", ", n, what);
  };
  tell(lost, "events were lost");
  tell(forgotten, "attempts and deliveries were forgotten");
  tell(unfollowed, "connections were not followed");
}

std::span<const Attempt* const> Timeline::of_client(std::string_view client) const {
  return row_of(clients_, client);
}

std::span<const Attempt* const> Timeline::of_sender(std::string_view sender) const {
  return row_of(senders_, sender);
}

std::span<const Attempt* const> Timeline::to_recipient(std::string_view recipient) const {
  return row_of(recipients_, base::fold_domain(recipient));
}

std::span<const Attempt* const> Timeline::to_domain(std::string_view domain) const {
  return row_of(domains_, base::to_lower(domain));
}

std::span<const Attempt* const> Timeline::host_failures(std::string_view client) const {
  return row_of(host_failures_, client);
}

std::span<const Story* const> Timeline::of_key(std::string_view key) const {
  return row_of(keys_, key);
}

// Between an attempt and the one before it that ended last, if all before it have ended.
std::vector<Gap> Timeline::gaps(const Story& story) const {
  std::vector<Gap> gaps;
  const Attempt* last = nullptr;
  bool open = false;
  std::size_t number = 0;
  for (const Attempt* attempt : story.attempts) {
    const bool follows = last != nullptr && !open && last->end <= attempt->begin;
    if (follows && failed(*last)) {
      gaps.push_back({.from = last, .to = attempt, .number = ++number});
    }
    open = open || attempt->outcome == Outcome::open;
    if (last == nullptr || attempt->end >= last->end) last = attempt;
  }
  return gaps;
}

base::Micros Timeline::pause(Clock clock, const Gap& gap) const {
  return time(clock, judge_start(*gap.to)) - time(clock, gap.from->judge_end);
}

bool Timeline::advanced_in(const Gap& gap) const {
  return advanced_between(gap.from->judge_end, judge_start(*gap.to));
}

std::string_view Timeline::excuse(const Gap& gap) const {
  const Attempt& from_here = *gap.from;
  const Attempt& to = *gap.to;
  if (too_many_recipients(from_here)) return "it followed 452 4.5.3";
  // Where TLS is demanded, who comes back with it has done what was asked.
  if (!from_here.tls && to.tls) return "it was tried again over TLS";
  // When the sender went on at the latest.
  const base::Micros resumed = real_start(to);
  const auto failures = host_failures(from_here.client);
  const auto inside = from(failures, from_here.end);
  if (inside != failures.end() && (*inside)->begin <= resumed) {
    return "a connection of the same client failed in between";
  }
  const auto firsts = row_of(first_attempts_, to.client);
  // Recipients of one message may set out at the very instant at which the first one is refused.
  const base::Micros earliest = std::max(from_here.end + base::Micros(1), to.begin - kInjection);
  for (auto first = from(firsts, earliest); first != firsts.end(); ++first) {
    if ((*first)->begin > resumed + kInjection) break;
    if ((*first)->delivery != to.delivery) return "another message set out at the same time";
  }
  return {};
}

Now Timeline::settles(const Gap& gap) const {
  const base::Micros wait = kInjection + slack(gap.to->mail);
  return {
      .at = gap.to->mail + wait, .judge = gap.to->judge_mail + judged(wait, gap.to->judge_mail)};
}

const journal::Marks::Offer* Timeline::offer(
    std::string_view recipient, bool whole_domain, base::Micros since
) const {
  const auto offers = whole_domain ? row_of(offers_to_domain_, base::domain_of(recipient))
                                   : row_of(offers_, base::fold_domain(recipient));
  const auto found = std::find_if(offers.begin(), offers.end(), [&](const auto* offer) {
    return offer->when.at >= since;
  });
  return found == offers.end() ? nullptr : *found;
}

Timeline::SetupMarks Timeline::setups_between(base::Micros since, base::Micros until) const {
  const SetupMarks all = marks_.setups();
  const auto later = [](base::Micros t, const auto& mark) { return t < mark.when.judge; };
  const auto end = std::upper_bound(all.begin(), all.end(), until, later);
  auto first = std::upper_bound(all.begin(), end, since, later);
  if (first != all.begin()) --first;
  if (first == end) return all.first(std::min<std::size_t>(all.size(), 1));
  return {first, end};
}

base::Micros Timeline::slack(base::Micros since) const {
  const SetupMarks all = marks_.setups();
  const auto later =
      std::upper_bound(all.begin(), all.end(), since, [](base::Micros t, const auto& mark) {
        return t < mark.when.at;
      });
  const auto& setup = all.empty() ? setup_ : (later == all.begin() ? later : later - 1)->setup;
  return std::chrono::duration_cast<base::Micros>(setup->slack);
}

base::Micros Timeline::judged(base::Micros real, base::Micros at) const {
  const SetupMarks present = setups_between(at, at);
  return scaled(real, present.empty() ? *setup_ : *present.front().setup);
}

base::Micros Timeline::judge_slack(base::Micros since, base::Micros until) const {
  const auto slack_of = [](const journal::Setup& setup) {
    return scaled(std::chrono::duration_cast<base::Micros>(setup.slack), setup);
  };
  const SetupMarks present = setups_between(since, until);
  if (present.empty()) return slack_of(*setup_);
  base::Micros most{0};
  for (const auto& mark : present) most = std::max(most, slack_of(*mark.setup));
  return most;
}

base::Micros Timeline::time(Clock clock, base::Micros judge) const {
  if (clock == Clock::judge) return judge;
  const auto& advances = marks_.advances();
  const auto later = std::upper_bound(
      advances.begin(),
      advances.end(),
      judge,
      [](base::Micros t, const auto& advance) { return t < advance.when.judge; }
  );
  const auto passed = static_cast<std::size_t>(later - advances.begin());
  return passed == 0 ? judge : judge + advance_sums_[passed - 1];
}

base::Micros Timeline::judge_time(Clock clock, base::Micros time) const {
  if (clock == Clock::judge || advance_sums_.empty()) return time;
  return time - advance_sums_.back();
}

bool Timeline::advanced_between(base::Micros from_here, base::Micros to) const {
  const auto& advances = marks_.advances();
  const auto first = std::lower_bound(
      advances.begin(),
      advances.end(),
      from_here,
      [](const auto& advance, base::Micros t) { return advance.when.judge < t; }
  );
  return first != advances.end() && first->when.judge <= to;
}

}  // namespace verify
