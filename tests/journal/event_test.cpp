#include "journal/event.hpp"

#include "support/catch.hpp"

namespace {

TEST_CASE("every kind and ending is found by its name") {
  for (int i = 0; i <= static_cast<int>(journal::Kind::dropped); ++i) {
    const auto kind = static_cast<journal::Kind>(i);
    CAPTURE(journal::name_of(kind));
    CHECK(journal::kind_named(journal::name_of(kind)) == kind);
  }
  for (int i = 0; i <= static_cast<int>(journal::Ending::drained); ++i) {
    const auto ending = static_cast<journal::Ending>(i);
    CAPTURE(journal::name_of(ending));
    CHECK(journal::ending_named(journal::name_of(ending)) == ending);
  }
  CHECK_FALSE(journal::kind_named("banana"));
  CHECK_FALSE(journal::ending_named(""));
}

TEST_CASE("a reply that was cut is called reply-cut") {
  CHECK(journal::name_of(journal::Kind::cut) == "reply-cut");
}

TEST_CASE("the footprint of an event grows with what it carries") {
  journal::Event event;
  const std::size_t empty = journal::footprint(event);
  CHECK(empty >= sizeof(journal::Event));
  event.text = std::string(1000, 'x');
  const std::size_t with_text = journal::footprint(event);
  CHECK(with_text >= empty + 1000);
  event.parameters.emplace_back("ENVID", std::string(500, 'y'));
  const std::size_t with_parameters = journal::footprint(event);
  CHECK(with_parameters >= with_text + 500);
  event.message = std::make_shared<journal::MessageFacts>(journal::MessageFacts{
      .size = 1, .message_id = std::string(200, 'z'), .body_hash = {}, .key_fields = {}});
  CHECK(journal::footprint(event) >= with_parameters + 200);
}

}  // namespace
