// A short text that many events share (a receiver's, rule's or phase's name): copying costs a
// reference count. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace base {

class Name {
 public:
  Name() = default;

  explicit Name(std::string_view text)
      : text_(text.empty() ? nullptr : std::make_shared<const std::string>(text)) {}

  [[nodiscard]] std::string_view view() const {
    return text_ ? std::string_view(*text_) : std::string_view();
  }

  [[nodiscard]] bool empty() const { return text_ == nullptr; }

  bool operator==(const Name& other) const { return view() == other.view(); }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace base
