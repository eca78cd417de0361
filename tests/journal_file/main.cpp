// journal_deliveries FILE: the deliveries that a journal file tells of, one JSON object a line, as
// GET /v1/deliveries gives them. For tests that compare the two; reads the file, computes nothing.
// Exit status: 0 done, 1 the file is no journal (the diagnostics go to standard error), 2 bad
// usage.
#include <cstdio>
#include <fstream>
#include <string>

#include "journal/file.hpp"
#include "journal/json.hpp"

namespace {

constexpr std::size_t kAll = 10'000'000;

int print(const char* name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "cannot read '%s'\n", name);
    return 1;
  }
  const auto loaded = journal::read_journal(in, name);
  for (const auto& diagnostic : loaded.diagnostics) {
    std::fprintf(stderr, "%s\n", base::to_string(diagnostic).c_str());
  }
  if (!loaded.ok()) return 1;
  for (const auto& [receiver, account] : loaded.value->receivers) {
    const auto& deliveries = account.deliveries;
    for (const auto& delivery : deliveries.deliveries(0, kAll)) {
      std::string line;
      journal::append_json(line, delivery, receiver, deliveries, loaded.value->start);
      std::puts(line.c_str());
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: journal_deliveries FILE\n", stderr);
    return 2;
  }
  return print(argv[1]);
}
