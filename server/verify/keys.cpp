// Readers of expectation keys: see the header.
#include "verify/keys.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify::keys {

using document::Diagnostics;
using document::Node;

std::optional<base::Micros> duration(const Node& value, std::string_view name, Diagnostics& sink) {
  const auto time = document::want_duration(value, name, sink);
  if (!time) return std::nullopt;
  const auto micros = std::chrono::duration_cast<base::Micros>(*time);
  if (micros.count() > 0) return micros;
  sink.error(value.place, fmt::format("'{}' must be more than 0s", name));
  return std::nullopt;
}

std::optional<Bounds> bounds(const Node& value, std::string_view name, Diagnostics& sink) {
  if (!value.is(document::Kind::list) || value.items.size() != 2) {
    sink.error(
        value.place,
        fmt::format("'{}' must be a list of two durations", name),
        "write the least and the most: [\"4m\", \"6m\"]"
    );
    return std::nullopt;
  }
  const auto least = document::want_duration(value.items[0], name, sink);
  const auto most = document::want_duration(value.items[1], name, sink);
  if (!least || !most) return std::nullopt;
  if (*least > *most) {
    sink.error(value.place, fmt::format("'{}' is empty", name), "its larger bound stands first");
    return std::nullopt;
  }
  return Bounds{
      std::chrono::duration_cast<base::Micros>(*least),
      std::chrono::duration_cast<base::Micros>(*most)};
}

std::optional<double> fraction(const Node& value, std::string_view name, Diagnostics& sink) {
  if (!value.is(document::Kind::string)) {
    return document::want_number(value, name, 0, 1, sink);
  }
  const std::string& text = value.text;
  double percent = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool whole =
      error == std::errc{} && std::string_view(end, text.data() + text.size()) == "%";
  if (whole && percent >= 0 && percent <= 100) return percent / 100;
  sink.error(
      value.place,
      fmt::format("'{}' is no fraction: '{}'", name, base::printable(text, 40)),
      "write 0.25 or \"25%\""
  );
  return std::nullopt;
}

void read_within(const Node& value, Params& params, Diagnostics& sink) {
  params.within = duration(value, "within", sink);
}

void read_quiet(const Node& value, Params& params, Diagnostics& sink) {
  params.quiet = duration(value, "quiet", sink);
}

void read_codes(const Node& value, Params& params, Diagnostics& sink) {
  params.codes = verify::read_codes(value, "codes", sink);
}

void read_except(const Node& value, Params& params, Diagnostics& sink) {
  params.except = verify::read_codes(value, "except", sink);
}

}  // namespace verify::keys
