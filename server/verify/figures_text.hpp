// The figures of a report as a table by recipient domain. Part of the text rendering. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <string>

#include "verify/report.hpp"

namespace verify {

// Appends the table, and the totals by outcome and reply as a paragraph that is broken at `width`.
// The domains with the most attempts have a row each, all others one together.
void append_figures(std::string& out, const Report& report, std::size_t width, std::size_t hang);

}  // namespace verify
