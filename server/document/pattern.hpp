// One pattern of a match list: a glob, or an RE2 regular expression written "re:...". Compiled
// once, at load. Both look at the whole text and ignore the case of ASCII letters; RE2 is linear in
// the text (no backtracking). Immutable; any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "base/result.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"

namespace re2 {
class RE2;
}

namespace document {

class Pattern {
 public:
  // "*@full.test", "re:user[0-9]+@.*". An expression that RE2 refuses, or one too large, is an
  // error that quotes the offending part.
  [[nodiscard]] static base::Result<Pattern> compile(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text) const;

  // As written in the document.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> expression_;  // null: a glob
};

// The items of "a" or ["a", "b"] for keys that take both alike; an empty list is reported.
[[nodiscard]] std::span<const Node> alternatives(
    const Node& value, std::string_view name, Diagnostics& sink
);

// A pattern, or a list of them. What is none is reported and left out.
[[nodiscard]] std::vector<Pattern> read_patterns(
    const Node& value, std::string_view name, Diagnostics& sink
);

// "192.0.2.1", "192.0.2.0/24", or a list of them. What is none is reported and left out.
[[nodiscard]] std::vector<base::IpNetwork> read_networks(
    const Node& value, std::string_view name, Diagnostics& sink
);

}  // namespace document
