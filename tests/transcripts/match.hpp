// How what a transcript expects is compared with what came. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "transcripts/script.hpp"
#include "transcripts/world.hpp"

namespace transcripts {

// The lines of the first complete reply in `octets`, without CRLF, and in `length` what it takes;
// empty: there is none yet.
[[nodiscard]] std::vector<std::string> first_reply(const std::string& octets, std::size_t& length);

// `patterns` as script.hpp says: one per line, "250- ..." for several.
[[nodiscard]] bool reply_fits(
    const std::vector<std::string>& patterns, const std::vector<std::string>& lines
);

// Every wanted field has a value that fits.
[[nodiscard]] bool record_fits(const Fields& wanted, const Record& record);

}  // namespace transcripts
