// What command lines and messages tell about their sender, as findings. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "smtp/data_scanner.hpp"
#include "smtp/finding.hpp"
#include "smtp/intake.hpp"
#include "smtp/lines.hpp"
#include "smtp/message.hpp"

namespace smtp {

// Which octets a transaction has announced.
struct EightBitUse {
  bool envelope = false;  // SMTPUTF8: addresses and header
  bool body = false;      // BODY=8BITMIME
  bool binary = false;    // BODY=BINARYMIME: any octet, and lines mean nothing
};

// "once", "3 times".
[[nodiscard]] std::string times(std::uint64_t count);

// Length, line end and octets of a command line; what it means is the session's business.
void inspect_line(const Line& line, const EightBitUse& use, std::vector<Finding>& findings);

// The octets and lines of a whole message.
void inspect_message(
    const LineFaults& lines,
    const Intake& intake,
    const EightBitUse& use,
    std::vector<Finding>& findings
);

// The fields a message must have, and its size. `declared`: SIZE= of MAIL, 0 when absent.
void inspect_content(
    const Message& message, std::uint64_t declared, std::vector<Finding>& findings
);

}  // namespace smtp
