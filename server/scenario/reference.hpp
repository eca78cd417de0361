// The format's reference, printed from the tables the loader reads by: for `failmx help` and the
// README, so that neither can say what the program does not do. Markdown. Pure, any thread.
#pragma once

#include <string>

namespace scenario {

// Every key of every table.
[[nodiscard]] std::string keys_reference();

// The keys of `match` and what their patterns and ranges look like.
[[nodiscard]] std::string match_reference();

// The actions, and whether a rule with them decides or adds.
[[nodiscard]] std::string actions_reference();

// placeholders_reference() is in template.hpp, triggers_reference() in triggers.hpp.

}  // namespace scenario
