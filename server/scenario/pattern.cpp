// Globs and bounded regular expressions: see the header.
#include "scenario/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.hpp"

namespace scenario {

namespace {

constexpr std::string_view kExpression = "re:";
constexpr std::size_t kLongestPattern = 1000;
constexpr std::int64_t kExpressionMemory =
    1024 * 1024;  // octets, program and caches of one expression

}  // namespace

base::Result<Pattern> Pattern::compile(std::string_view text) {
  if (text.size() > kLongestPattern) {
    return base::failure(fmt::format("a pattern has at most {} octets", kLongestPattern));
  }
  Pattern pattern;
  pattern.text_ = text;
  if (text.substr(0, kExpression.size()) != kExpression) return pattern;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_max_mem(kExpressionMemory);
  auto expression = std::make_shared<const re2::RE2>(text.substr(kExpression.size()), options);
  if (!expression->ok()) {
    return base::failure(fmt::format(
        "'{}' is no regular expression: {}: '{}'",
        base::printable(text, 80),
        expression->error().substr(0, expression->error().find(':')),
        base::printable(expression->error_arg(), 80)
    ));
  }
  pattern.expression_ = std::move(expression);
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  return expression_ ? re2::RE2::FullMatch(text, *expression_) : base::glob_matches(text_, text);
}

}  // namespace scenario
