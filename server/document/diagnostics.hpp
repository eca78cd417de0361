// Collects everything that is wrong or odd with one document, to be reported at once in the order
// of the places. Not thread-safe: one per load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "document/node.hpp"

namespace document {

// How one value of a JSON document is reached from its parent, both by their order; the root is its
// own parent.
struct PathStep {
  std::uint32_t parent = 0;
  std::string segment{};  // "/rule", "/0": escaped as RFC 6901 3 says
};

class Diagnostics {
 public:
  // Beyond this many, further ones are counted only: one hostile document must not fill a screen or
  // the memory.
  static constexpr std::size_t kMost = 1000;

  // `file` is what the diagnostics call the document.
  explicit Diagnostics(std::string_view file) : file_(file) {}

  void error(const Place& place, std::string message, std::string hint = {});
  void error(const Place& place, base::Error error);
  void warning(const Place& place, std::string message, std::string hint = {});

  // The paths of the document's values by their order: what pointers are made from. The JSON
  // parser's call.
  void set_paths(std::vector<PathStep> paths) { paths_ = std::move(paths); }

  // An error was reported.
  [[nodiscard]] bool failed() const { return failed_; }

  // How many errors so far: to see whether a step reported one.
  [[nodiscard]] std::size_t errors() const { return errors_; }

  // Everything reported, sorted by place; leaves the sink empty.
  [[nodiscard]] std::vector<base::Diagnostic> take();

 private:
  void add(base::Severity severity, const Place& place, std::string message, std::string hint);

  [[nodiscard]] std::string pointer_to(const Place& place) const;

  std::string file_;
  std::vector<PathStep> paths_;
  bool failed_ = false;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
  std::vector<std::pair<Place, base::Diagnostic>> found_;
};

}  // namespace document
