// Events, attempts and deliveries as flat records, so that a transcript reads the same whether they
// come from the core or, as JSON, from the program. The names are those of the JSON members.
#pragma once

#include <string_view>
#include <vector>

#include "transcripts/world.hpp"

#include "journal/deliveries.hpp"
#include "journal/event.hpp"

namespace transcripts {

[[nodiscard]] Record record_of(const journal::Event& event);
[[nodiscard]] Record record_of(const journal::Attempt& attempt);
[[nodiscard]] Record record_of(
    const journal::Delivery& delivery, const std::vector<journal::Attempt>& attempts
);

// The members "items" of a page: scalars as text, inner objects flattened, lists of attempts as
// their number, with "outcomes" and "codes" beside it. Throws std::runtime_error on anything else.
[[nodiscard]] std::vector<Record> records_of_page(std::string_view json);

}  // namespace transcripts
