// Stage names read back.
#include "base/stage.hpp"

#include "support/catch.hpp"

namespace {

TEST_CASE("every stage is found by its name") {
  for (std::size_t i = 0; i < base::kStageNames.size(); ++i) {
    const auto stage = base::stage_named(base::kStageNames[i]);
    REQUIRE(stage.has_value());
    CHECK(static_cast<std::size_t>(*stage) == i);
    CHECK(base::name_of(*stage) == base::kStageNames[i]);
  }
  CHECK(base::name_of(base::Stage::quit) == "quit");
}

TEST_CASE("other words name no stage") {
  CHECK_FALSE(base::stage_named(""));
  CHECK_FALSE(base::stage_named("RCPT"));
  CHECK_FALSE(base::stage_named("helo"));
}

}  // namespace
