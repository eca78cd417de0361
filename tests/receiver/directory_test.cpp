// Who owns which recipient domain: patterns, conflicts, snapshots.
#include "receiver/directory.hpp"

#include <string>
#include <thread>

#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using receiver::check_domain;
using receiver::Directory;

namespace {

struct World {
  journal::Journal journal{base::WallTime{}};
  Directory directory{};
  std::shared_ptr<receiver::Receiver> a = made("a");
  std::shared_ptr<receiver::Receiver> b = made("b");

  std::shared_ptr<receiver::Receiver> made(const std::string& name) {
    return std::make_shared<receiver::Receiver>(
        name, test_support::scenario_of(""), journal, base::TimePoint{}, base::TimePoint{}
    );
  }

  // The name of the owner; "" for nobody.
  [[nodiscard]] std::string owner(std::string_view domain) const {
    const auto found = directory.snapshot()->owner_of(domain);
    return found ? found->name() : "";
  }
};

}  // namespace

TEST_CASE("a domain pattern is a domain with at most a star in front") {
  struct Row {
    std::string pattern;
    bool good;
  };

  const std::string label(60, 'x');
  const auto row = GENERATE_COPY(values<Row>(
      {{"a.test", true},
       {"A.TEST", true},
       {"localhost", true},
       {"x_1-2.a.test", true},
       {"*.a.test", true},
       {"b\xC3\xBC"
        "cher.test",
        true},
       {label + "." + label + "." + label + "." + label + ".tests.testx", true},
       {label + "." + label + "." + label + "." + label + ".tests.testxx", false},
       {"", false},
       {"*.", false},
       {"*", false},
       {"a.*.test", false},
       {"*a.test", false},
       {".a.test", false},
       {"a.test.", false},
       {"a..test", false},
       {"a b.test", false},
       {"x@a.test", false},
       {"[127.0.0.1]", false},
       {"a.test\r\n", false},
       {std::string("a\0.test", 7), false}}
  ));
  INFO(row.pattern);
  const auto error = check_domain(row.pattern);
  CHECK(!error == row.good);
  if (error) CHECK_FALSE(error->hint.empty());
}

TEST_CASE("the most specific pattern owns a domain") {
  World world;
  const auto c = world.made("c");
  REQUIRE_FALSE(world.directory.set(world.a, {"*.test", "A.b.test"}));
  REQUIRE_FALSE(world.directory.set(world.b, {"*.b.test"}));
  REQUIRE_FALSE(world.directory.set(c, {"*.x.b.test"}));
  CHECK(world.owner("a.B.TEST") == "a");
  CHECK(world.owner("z.b.test") == "b");
  CHECK(world.owner("z.a.b.test") == "b");
  CHECK(world.owner("x.b.test") == "b");
  CHECK(world.owner("y.x.b.test") == "c");
  CHECK(world.owner("b.test") == "a");
  CHECK(world.owner("test").empty());
  CHECK(world.owner("").empty());
  CHECK(world.owner("other").empty());
  CHECK(world.owner("..b.test") == "b");
}

TEST_CASE("a star does not own the domain it stands in front of") {
  World world;
  REQUIRE_FALSE(world.directory.add("*.a.test", world.a));
  CHECK(world.owner("a.test").empty());
  CHECK(world.owner(".a.test").empty());
  CHECK(world.owner("x.a.test") == "a");
  CHECK(world.owner("xa.test").empty());
}

TEST_CASE("a conflict names the domain's place and owner and changes nothing") {
  World world;
  REQUIRE_FALSE(world.directory.set(world.a, {"a.test", "*.both.test"}));
  REQUIRE_FALSE(world.directory.set(world.b, {"b.test"}));
  const auto conflict = world.directory.set(world.b, {"new.test", "*.BOTH.test", "a.test"});
  REQUIRE(conflict);
  CHECK(conflict->at == 1);
  CHECK(conflict->domain == "*.both.test");
  CHECK(conflict->owner == "a");
  CHECK(world.directory.domains_of("b") == std::vector<std::string>{"b.test"});
  CHECK(world.owner("new.test").empty());
  REQUIRE(world.directory.add("A.TEST", world.b));
  CHECK(world.owner("a.test") == "a");
}

TEST_CASE("setting the domains of a receiver replaces those it had") {
  World world;
  REQUIRE_FALSE(world.directory.set(world.a, {"b.test", "A.test", "a.TEST"}));
  CHECK(world.directory.domains_of("a") == std::vector<std::string>{"a.test", "b.test"});
  REQUIRE_FALSE(world.directory.set(world.a, {"c.test"}));
  CHECK(world.owner("a.test").empty());
  REQUIRE_FALSE(world.directory.set(world.b, {"a.test"}));
  CHECK(world.owner("c.test") == "a");
  REQUIRE_FALSE(world.directory.set(world.a, {}));
  CHECK(world.directory.domains_of("a").empty());
}

TEST_CASE("a snapshot stays as it was taken and keeps its receivers") {
  World world;
  REQUIRE_FALSE(world.directory.add("a.test", world.a));
  const auto snapshot = world.directory.snapshot();
  world.directory.remove("a");
  world.a.reset();
  CHECK(world.owner("a.test").empty());
  CHECK(world.directory.snapshot()->empty());
  REQUIRE(snapshot->owner_of("a.test"));
  CHECK(snapshot->owner_of("a.test")->name() == "a");
}

TEST_CASE("a directory is read while it changes") {
  World world;
  bool conflicts = false;
  std::thread changes([&] {
    for (int i = 0; i < 500; ++i) {
      if (world.directory.set(world.a, {"a.test", "*.a.test"})) conflicts = true;
      world.directory.remove("a");
    }
  });
  bool whole = true;
  for (int i = 0; i < 500; ++i) {
    const auto snapshot = world.directory.snapshot();
    // All or nothing, also for those who look meanwhile.
    if (!snapshot->owner_of("a.test") != !snapshot->owner_of("x.a.test")) whole = false;
  }
  changes.join();
  CHECK(whole);
  CHECK_FALSE(conflicts);
}
