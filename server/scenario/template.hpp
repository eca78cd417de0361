// Placeholders in reply texts: "452 4.2.2 <{recipient}>: Mailbox full". A doubled brace is a
// literal one. Checked at load, filled in when a reply is sent. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "scenario/decide.hpp"

namespace scenario {

// What is wrong with the placeholders of `text` at `stage` (nullopt: not known, so every
// placeholder may be used).
[[nodiscard]] std::optional<base::Error> check_template(
    std::string_view text, std::optional<base::Stage> stage
);

// `text` with its placeholders filled in. Values come from clients: control characters are left out
// of them, so a value cannot end the line. Precondition: check_template found nothing.
[[nodiscard]] std::string fill_template(
    std::string_view text, const Placeholders& values, std::optional<base::Duration> retry_after
);

// The placeholders as a Markdown table.
[[nodiscard]] std::string placeholders_reference();

}  // namespace scenario
