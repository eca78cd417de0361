// Addresses that say what shall happen to them: "bob+452-4.3.1x2@any.test" is refused twice with
// that code and then accepted. The language is one table (triggers.cpp); what stands after the last
// '+' of the local part is the word. Pure, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/stage.hpp"
#include "scenario/model.hpp"

namespace scenario {

struct Trigger {
  std::string name{};                  // "+452-4.3.1": its word; empty: it has none
  std::shared_ptr<const Rule> rule{};  // what the address asks for at the stage; null: nothing
  std::string near{};  // why an address that looks like a trigger is none; empty: it does not
};

[[nodiscard]] Trigger trigger_of(std::string_view recipient, base::Stage stage);

// The language as a Markdown table.
[[nodiscard]] std::string triggers_reference();

}  // namespace scenario
