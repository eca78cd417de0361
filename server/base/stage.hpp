// The stages of an SMTP conversation at which a rule may act. Values only, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

// connect: the greeting; ehlo: EHLO, HELO and LHLO; data: the DATA command; message: the reply to
// the final dot.
enum class Stage : std::uint8_t {
  connect,
  ehlo,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  message,
  rset,
  noop,
  vrfy,
  quit,
};

inline constexpr std::array kStageNames = {
    std::string_view{"connect"},
    std::string_view{"ehlo"},
    std::string_view{"starttls"},
    std::string_view{"auth"},
    std::string_view{"mail"},
    std::string_view{"rcpt"},
    std::string_view{"data"},
    std::string_view{"message"},
    std::string_view{"rset"},
    std::string_view{"noop"},
    std::string_view{"vrfy"},
    std::string_view{"quit"},
};

[[nodiscard]] constexpr std::string_view name_of(Stage stage) {
  return kStageNames[static_cast<std::size_t>(stage)];
}

[[nodiscard]] std::optional<Stage> stage_named(std::string_view name);

}  // namespace base
