// The one include for tests: Catch2 version 2 or 3, whichever is installed.
// Stay in what both have: TEST_CASE, SECTION, GENERATE(table<>), CAPTURE, INFO, CHECK, REQUIRE.
// String matchers are not in it: they were renamed between the versions.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
