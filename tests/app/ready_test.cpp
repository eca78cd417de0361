// The ready line and the ready file, to the letter: other programs read them.
#include "app/ready.hpp"

#include <filesystem>

#include "app/files.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

const Ready kReady{
    .pid = 12,
    .http = "127.0.0.1:8025",
    .receiver = "default",
    .ports = {{"127.0.0.1:1025", {.shared = true}}},
    .more_listeners = {{"full", {"127.0.0.1:2525", {}}}},
    .scenario = "addresses",
    .seed = 1,
    .scale = 60,
};

}  // namespace

TEST_CASE("The ready line has its documented form") {
  CHECK(
      ready_line(kReady) ==
      "failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 receiver=default scenario=addresses "
      "seed=1"
  );
}

TEST_CASE("The ready file has its documented form") {
  CHECK(
      ready_json(kReady) ==
      R"({"pid":12,"http":"127.0.0.1:8025","listeners":[{"receiver":"default",)"
      R"("address":"127.0.0.1:1025","protocol":"smtp","tls":"none","shared":true},)"
      R"({"receiver":"full","address":"127.0.0.1:2525","protocol":"smtp","tls":"none",)"
      R"("shared":false}],"scenario":"addresses",)"
      R"("seed":1,"scale":60})"
      "\n"
  );
}

}  // namespace app
