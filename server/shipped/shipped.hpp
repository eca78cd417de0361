// The files that ship with the program, compiled in so that one binary is enough: scenarios, and
// policies (bundles of expectations).
// Text only: nothing here parses or checks one.
// Immutable and valid for the whole run; any thread may read it.
// The source file behind it is generated from scenarios/*.toml and server/policies/*.toml at build
// time.
#pragma once

#include <span>
#include <string_view>

namespace shipped {

struct File {
  std::string_view name;  // without the folder and ".toml": "full-twice"
  std::string_view text;  // the whole file
};

// All shipped scenarios, ordered by name.
[[nodiscard]] std::span<const File> scenarios();

// All shipped policies, ordered by name.
[[nodiscard]] std::span<const File> policies();

}  // namespace shipped
