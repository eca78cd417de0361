// What each check says, worked out the slow way: loops over all attempts for each question, one
// function per check, in the words of its description. The judge of the real checks' judgement.
#pragma once

#include <string>
#include <vector>

#include "verify/model/wish.hpp"
#include "verify/verdict.hpp"

namespace verify::histories {

struct Answer {
  std::vector<std::pair<std::string, Value>> cases{};
  Value value = Value::empty;

  void add(std::string who, Value found) { cases.emplace_back(std::move(who), found); }

  [[nodiscard]] std::size_t count(Value wanted) const;
};

// These histories say nothing of some checks.
[[nodiscard]] bool has_model(std::string_view check);

[[nodiscard]] Answer judge(const World& world, const Wish& wish);

[[nodiscard]] std::string in_words(const Answer& answer);

// The questions that several checks ask.
class Question {
 public:
  Question(const World& w, const Wish& v) : world(w), wish(v), p(v.params) {}

  // An instant of the judge clock on the clock of the wish.
  [[nodiscard]] Micros on_clock(Micros judge) const;

  [[nodiscard]] Micros now() const { return on_clock(world.judge_now); }

  // In a window of the judge clock, at the fastest scale that ruled in it: what is set afterwards
  // changes nothing.
  [[nodiscard]] Micros slack(Micros from_judge, Micros to_judge) const;

  [[nodiscard]] Micros slack(const Fact& from, Micros length) const {
    return slack(from.judge_end, from.judge_end + length);
  }

  // The receiver's clock was moved in between, and the bounds are not on that clock.
  [[nodiscard]] bool jumped(Micros from_judge, Micros to_judge) const;

  // Events were lost since this one was known.
  [[nodiscard]] bool lost_since(const Fact& fact) const {
    return world.last_loss >= fact.last_seen;
  }

  [[nodiscard]] bool picked(const Fact& fact) const { return chosen(wish.choice, fact); }

  [[nodiscard]] bool same(const Fact& a, const Fact& b) const;

  // Its MAIL began more than slack after the other had its answer.
  [[nodiscard]] bool later(const Fact& later, const Fact& earlier) const {
    return later.mail > earlier.end + world.slack;
  }

  // The delivery has a picked attempt that failed; the first of these.
  [[nodiscard]] const Fact* first_failure(const Mail& mail) const;

  struct Gap {
    Fact from, to;
    std::size_t number = 0;
    Micros length{0};

    [[nodiscard]] Micros resumed() const { return to.set_out(); }
  };

  [[nodiscard]] Micros slack(const Gap& gap) const {
    return slack(gap.from.judge_end, gap.resumed());
  }

  [[nodiscard]] int scale_at(Micros judge) const;

  [[nodiscard]] std::vector<Gap> gaps(const Mail& mail) const;
  [[nodiscard]] bool excused(const Gap& gap) const;

  [[nodiscard]] bool settled(const Gap& gap) const {
    return world.now > gap.to.mail + Micros(1'000'000) + world.slack;
  }

  // Nothing is under way, and `quiet` has run since the last of it; without it, nothing more will
  // be seen.
  [[nodiscard]] bool quiet_after(const Mail& mail) const;

  const World& world;
  const Wish& wish;
  const Params& p;
};

namespace model {

void retried(const Question& q, Answer& out);
void not_hasty(const Question& q, Answer& out);
void backs_off(const Question& q, Answer& out);
void not_retried(const Question& q, Answer& out);
void suppressed(const Question& q, Answer& out);
void delivered_once(const Question& q, Answer& out);
void attempt_limit(const Question& q, Answer& out);
void gives_up(const Question& q, Answer& out);

}  // namespace model

}  // namespace verify::histories
