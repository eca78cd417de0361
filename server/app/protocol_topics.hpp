// Help topics about the protocol: TLS, and findings about clients. Printed from the tables that
// the program works by. Pure.
#pragma once

#include <string>

namespace app {

[[nodiscard]] std::string tls_topic();
[[nodiscard]] std::string findings_topic();

}  // namespace app
