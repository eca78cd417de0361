// The program: everything is in app/. The one place that catches what nobody expected.
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app/app.hpp"

int main(int argc, char** argv) {
  try {
    return app::run(std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr);
  } catch (const std::exception& unexpected) {
    std::fprintf(stderr, "failmx: internal error: %s\n", unexpected.what());
    return 1;
  }
}
