// Several reports together: see the header.
#include "verify/render.hpp"

#include <algorithm>

namespace verify {

Result worst(std::span<const Report> reports) {
  const auto any = [&](Result result) {
    return std::any_of(reports.begin(), reports.end(), [&](const Report& report) {
      return report.result == result;
    });
  };
  if (any(Result::fail)) return Result::fail;
  const bool unclear = any(Result::inconclusive) || any(Result::not_applicable);
  return reports.empty() || unclear ? Result::inconclusive : Result::pass;
}

}  // namespace verify
