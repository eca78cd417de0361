// The whole program behind main(): from arguments to an exit status. Main thread.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace app {

// `arguments` without the program's name.
[[nodiscard]] int run(
    const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err
);

}  // namespace app
