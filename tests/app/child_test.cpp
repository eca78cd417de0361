// Which programs can be run. That they are run, and end, is the business of the end-to-end tests.
#include "app/child.hpp"

#include <cstdlib>

#include "app/files.hpp"
#include "support/catch.hpp"

namespace app {

TEST_CASE("A program is found by PATH or by its path") {
  CHECK(Child::find_program("sh"));
  CHECK(Child::find_program("/bin/sh") == "/bin/sh");
}

TEST_CASE("What cannot be run is refused with the reason") {
  const Folder folder;
  const auto plain = folder.write("plain.txt", "no program");

  struct Row {
    std::string name;
    std::string part;
  };

  for (const Row& row : std::vector<Row>{
           {"no-such-program-anywhere", "not found"},
           {folder.in("missing"), "not found"},
           {plain, "not executable"},
           {folder.path() + "/", "folder"},
           {"", "not found"}}) {
    CAPTURE(row.name);
    const auto found = Child::find_program(row.name);
    REQUIRE_FALSE(found);
    CHECK(found.error().message.find(row.part) != std::string::npos);
    CHECK(found.error().message.find("'" + row.name + "'") != std::string::npos);
  }
}

}  // namespace app
