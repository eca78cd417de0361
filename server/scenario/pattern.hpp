// One pattern of a match list: a glob, or an RE2 regular expression written "re:...". Compiled
// once, at load. Both look at the whole text and ignore the case of ASCII letters; RE2 is linear in
// the text (no backtracking). Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace scenario {

class Pattern {
 public:
  // "*@full.test", "re:user[0-9]+@.*". An expression that RE2 refuses, or one too large, is an
  // error that quotes the offending part.
  [[nodiscard]] static base::Result<Pattern> compile(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text) const;

  // As written in the scenario.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> expression_;  // null: a glob
};

}  // namespace scenario
