// The commands that read and print: check, list, show, schema, help. Each gives its exit status.
// Main thread.
#pragma once

#include <ostream>

#include "app/catalogue.hpp"
#include "app/cli.hpp"

namespace app {

// All diagnostics go to `err`, a summary of each file to `out`.
[[nodiscard]] int check(
    const Check& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err
);

[[nodiscard]] int list(
    const List& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err
);

[[nodiscard]] int show(
    const Show& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err
);

[[nodiscard]] int schema(std::ostream& out);

[[nodiscard]] int help(const Help& options, std::ostream& out, std::ostream& err);

}  // namespace app
