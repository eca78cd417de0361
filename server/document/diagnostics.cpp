// The sink of findings: see the header.
#include "document/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace document {

void Diagnostics::error(const Place& place, std::string message, std::string hint) {
  failed_ = true;
  ++errors_;
  add(base::Severity::error, place, std::move(message), std::move(hint));
}

void Diagnostics::error(const Place& place, base::Error found) {
  error(place, std::move(found.message), std::move(found.hint));
}

void Diagnostics::warning(const Place& place, std::string message, std::string hint) {
  add(base::Severity::warning, place, std::move(message), std::move(hint));
}

std::string Diagnostics::pointer_to(const Place& place) const {
  if (place.line > 0) return {};
  std::string pointer;
  std::uint32_t order = place.order;
  while (order != 0 && order < paths_.size()) {
    pointer.insert(0, paths_[order].segment);
    order = paths_[order].parent;
  }
  return pointer;
}

void Diagnostics::add(
    base::Severity severity, const Place& place, std::string message, std::string hint
) {
  if (found_.size() >= kMost) {
    ++left_out_;
    return;
  }
  found_.emplace_back(
      place,
      base::Diagnostic{
          .severity = severity,
          .file = file_,
          .line = place.line,
          .column = place.column,
          .pointer = pointer_to(place),
          .message = std::move(message),
          .hint = std::move(hint),
      }
  );
}

std::vector<base::Diagnostic> Diagnostics::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
    const auto& [p, x] = a;
    const auto& [q, y] = b;
    return std::tie(p.line, p.column, p.order) < std::tie(q.line, q.column, q.order);
  });
  std::vector<base::Diagnostic> sorted;
  sorted.reserve(found_.size() + 1);
  for (auto& [place, diagnostic] : found_) sorted.push_back(std::move(diagnostic));
  if (left_out_ > 0) {
    base::Diagnostic last = sorted.back();
    last.severity = failed_ ? base::Severity::error : base::Severity::warning;
    last.message = fmt::format("{} further findings are left out", left_out_);
    last.hint.clear();
    sorted.push_back(std::move(last));
  }
  found_.clear();
  left_out_ = 0;
  return sorted;
}

}  // namespace document
