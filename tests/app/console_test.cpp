// Files of results, and the line that says how a run goes.
#include "app/console.hpp"

#include <fcntl.h>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "app/files.hpp"
#include "app/progress.hpp"
#include "support/catch.hpp"

namespace app {

TEST_CASE("A file is written whole and leaves no draft") {
  const Folder folder;
  folder.write("ready.json", "old");
  REQUIRE(write_whole(folder.in("ready.json"), "new\n"));
  CHECK(folder.read("ready.json") == "new\n");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    (void)entry;
    ++files;
  }
  CHECK(files == 1);
  CHECK_FALSE(write_whole(folder.in("missing/ready.json"), "x"));
}

TEST_CASE("A device is written to and not replaced by a file") {
  REQUIRE(write_whole("/dev/null", "x"));

  struct stat what {};

  REQUIRE(::stat("/dev/null", &what) == 0);
  CHECK(S_ISCHR(what.st_mode));
}

TEST_CASE("Another name of an open file is not replaced") {
  const Folder folder;
  const int file = ::open(folder.write("out", "x").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  const auto name = "/proc/self/fd/" + std::to_string(file);
  CHECK(is_special(name));
  CHECK_FALSE(is_special(folder.in("out")));
  std::filesystem::create_symlink(name, folder.in("stdout"));
  CHECK(is_special(folder.in("stdout")));
  std::filesystem::create_symlink("out", folder.in("link"));
  CHECK_FALSE(is_special(folder.in("link")));
  REQUIRE(write_whole(folder.in("stdout"), "y"));
  CHECK(folder.read("out") == "xy");
  ::close(file);
}

TEST_CASE("A draft touches nothing until it is published") {
  const Folder folder;
  folder.write("ca.pem", "old");
  const auto files = [&] {
    return std::distance(
        std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()
    );
  };
  {
    const auto draft = Draft::write(folder.in("ca.pem"), "new");
    REQUIRE(draft);
    CHECK(folder.read("ca.pem") == "old");
    CHECK(files() == 2);
  }
  CHECK(files() == 1);
  auto draft = Draft::write(folder.in("ca.pem"), "new");
  REQUIRE(draft);
  REQUIRE(draft->publish());
  CHECK(folder.read("ca.pem") == "new");
  CHECK(files() == 1);
}

TEST_CASE("A file that could not be written is told before the run") {
  const Folder folder;
  CHECK(check_writable(""));
  CHECK(check_writable(folder.in("new.xml")));
  CHECK(check_writable("/dev/null"));
  for (const auto& path : {folder.path(), folder.in("missing/new.xml")}) {
    CAPTURE(path);
    const auto writable = check_writable(path);
    REQUIRE_FALSE(writable);
    CHECK(writable.error().message.find(path) != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(folder.in("new.xml")));
}

TEST_CASE("A complaint is one line with its hint") {
  std::ostringstream err;
  complain({"no such thing", "try another"}, err);
  complain({"no hint", ""}, err);
  CHECK(err.str() == "failmx: no such thing; try another\nfailmx: no hint\n");
  err.str("");
  complain({"'a\nb\x1b[2J\xc2\x9b' is no \\x00", ""}, err);
  CHECK(err.str() == "failmx: 'a\\x0Ab\\x1B[2J\\u009b' is no \\x00\n");
}

TEST_CASE("Each problem of a complaint has a line of its own, whatever it quotes") {
  std::ostringstream err;
  complain({"two problems", ""}, {"the first\nof all", "the second"}, err);
  CHECK(err.str() == "failmx: two problems\n  the first\\x0Aof all\n  the second\n");
}

TEST_CASE("The progress line says how far a run is and fits the terminal") {
  const Standing standing{
      .attempts = 12, .open = 2, .accepted = 3, .rejected = 1, .done = 1, .checks = 4};
  CHECK(
      progress_line(standing, std::chrono::milliseconds(46'100), 200) ==
      "12 attempts; deliveries 2 open, 3 accepted, 1 rejected; checks 1/4; 47 s left"
  );
  const auto minutes = progress_line({.attempts = 1}, std::chrono::seconds(125), 200);
  CHECK(minutes.starts_with("1 attempt; "));
  CHECK(minutes.ends_with("2 min 5 s left"));
  CHECK(progress_line(standing, std::chrono::seconds(1), 20) == "12 attempts; deliver");
  CHECK(progress_line(standing, std::chrono::seconds(-5), 200).ends_with("ending"));
}

}  // namespace app
