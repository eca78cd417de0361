// Globs and bounded regular expressions: see the header.
#include "document/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.hpp"
#include "document/read.hpp"

namespace document {

namespace {

constexpr std::string_view kExpression = "re:";
constexpr std::size_t kLongestPattern = 1000;
constexpr std::int64_t kExpressionMemory =
    128 * 1024;  // octets, program and caches of one expression

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

std::span<const Node> alternatives(const Node& value, std::string_view name, Diagnostics& sink) {
  if (value.is(Kind::list) && value.items.empty()) {
    sink.error(value.place, fmt::format("'{}' must not be an empty list", name));
  }
  return one_or_many(value);
}

std::vector<Pattern> read_patterns(const Node& value, std::string_view name, Diagnostics& sink) {
  std::vector<Pattern> patterns;
  for (const Node& item : alternatives(value, name, sink)) {
    const auto text = want_string(item, name, sink);
    if (!text) continue;
    if (auto pattern = Pattern::compile(*text)) {
      patterns.push_back(std::move(*pattern));
    } else {
      sink.error(item.place, std::move(pattern.error()));
    }
  }
  return patterns;
}

std::vector<base::IpNetwork> read_networks(
    const Node& value, std::string_view name, Diagnostics& sink
) {
  std::vector<base::IpNetwork> networks;
  for (const Node& item : alternatives(value, name, sink)) {
    const auto text = want_string(item, name, sink);
    if (!text) continue;
    if (auto network = base::parse_network(*text)) {
      networks.push_back(*network);
    } else {
      sink.error(item.place, std::move(network.error()));
    }
  }
  return networks;
}

}  // namespace document
