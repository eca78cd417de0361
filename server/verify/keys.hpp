// Rows of expectation keys that several checks share, and readers for the others. Internal to this
// folder.
#pragma once

#include "document/table.hpp"
#include "verify/params.hpp"

namespace verify::keys {

using Row = document::Row<Params>;

inline constexpr std::string_view kDuration = R"({"$ref":"#/$defs/duration"})";
inline constexpr std::string_view kBounds =
    R"({"type":"array","minItems":2,"maxItems":2,"items":{"$ref":"#/$defs/duration"}})";
inline constexpr std::string_view kCodes = R"({"$ref":"#/$defs/codes"})";
inline constexpr std::string_view kCount = R"({"type":"integer","minimum":0})";
inline constexpr std::string_view kPositive = R"({"type":"integer","minimum":1})";
inline constexpr std::string_view kBool = R"({"type":"boolean"})";

// A duration above zero, to the microsecond.
[[nodiscard]] std::optional<base::Micros> duration(
    const document::Node& value, std::string_view name, document::Diagnostics& sink
);

// [least, most], in this order.
[[nodiscard]] std::optional<Bounds> bounds(
    const document::Node& value, std::string_view name, document::Diagnostics& sink
);

// A fraction: 0.25, or "25%".
[[nodiscard]] std::optional<double> fraction(
    const document::Node& value, std::string_view name, document::Diagnostics& sink
);

void read_within(const document::Node& value, Params& params, document::Diagnostics& sink);
void read_quiet(const document::Node& value, Params& params, document::Diagnostics& sink);
void read_codes(const document::Node& value, Params& params, document::Diagnostics& sink);
void read_except(const document::Node& value, Params& params, document::Diagnostics& sink);

inline constexpr Row kQuiet{
    "quiet",
    "duration",
    kDuration,
    "how long nothing of the kind may be seen; default: the rest of the observation",
    read_quiet};
inline constexpr Row kCodesRow{
    "codes",
    "codes",
    kCodes,
    "only these reply codes: 550, \"5.1.*\"; default any 5yz",
    read_codes};
inline constexpr Row kExceptRow{"except", "codes", kCodes, "not these reply codes", read_except};

}  // namespace verify::keys
