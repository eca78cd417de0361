// What the rules of one party say to a question, and how the parties of a message answer it with
// one reply. Values and pure functions; who is asked, and in which order, is the conversation's
// business. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/stage.hpp"
#include "scenario/decide.hpp"
#include "smtp/reply.hpp"

namespace receiver {

class Party;

struct Opinion {
  Party* party = nullptr;
  scenario::Decision decision{};  // something fired
  scenario::Action action{};      // what the decision makes of the healthy reply
  bool decides = false;           // its last rule; false: the rules only add
  bool keeps = true;              // it would store a message that the reply accepts
};

// Of a mail-stage rule asked at RCPT: if it would have let the sender through, all that happens
// before its reply is added to what RCPT is told. False: it is the answer to the RCPT.
[[nodiscard]] bool let_through(Opinion& opinion);

// One answer of all.
struct Agreement {
  scenario::Action action{};
  std::optional<std::size_t> decider{};  // whose rule decided: place in the opinions
};

// What the adding rules do happens in any case, one after the other. The first opinion that refuses
// decides, else the first that decides at all, else the healthy reply stands. Opinions that do not
// prevail lose their deciding rule.
[[nodiscard]] Agreement agree(std::vector<Opinion>& opinions, const smtp::Reply& normal);

}  // namespace receiver
