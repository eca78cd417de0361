// Records by rising id: what is found, in which order, and what a gap does.
#include "journal/shelf.hpp"

#include <map>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

struct Book {
  std::uint64_t id = 0;
  std::string title{};
};

using journal::Shelf;

TEST_CASE("ids count from 1 and are never given twice") {
  Shelf<Book> shelf;
  CHECK(shelf.add().id == 1);
  shelf.erase(1);
  CHECK(shelf.add().id == 2);
  CHECK(shelf.find(1) == nullptr);
  CHECK(shelf.find(0) == nullptr);
  CHECK(shelf.find(3) == nullptr);
  CHECK(shelf.size() == 1);
}

TEST_CASE("a record stays in its place while others come and go") {
  Shelf<Book> shelf;
  Book& first = shelf.add();
  first.title = "first";
  for (std::uint64_t id = 2; id <= 1000; ++id) shelf.add();
  for (std::uint64_t id = 2; id < 1000; ++id) shelf.erase(id);
  CHECK(shelf.find(1) == &first);
  CHECK(first.title == "first");
  CHECK(shelf.next(0)->id == 1);
  CHECK(shelf.next(1)->id == 1000);
  CHECK(shelf.next(1000) == nullptr);
}

TEST_CASE("what is erased leaves nothing of itself to a later record") {
  Shelf<Book> shelf;
  for (int i = 0; i < 100; ++i) shelf.add().title = "old";
  for (std::uint64_t id = 1; id <= 100; ++id) shelf.erase(id);
  CHECK(shelf.size() == 0);
  CHECK(shelf.next(0) == nullptr);
  for (int i = 0; i < 100; ++i) CHECK(shelf.add().title.empty());
}

TEST_CASE("a shelf finds what an ordered map finds") {
  REQUIRE(rc::check("shelf is a map", [](const std::vector<std::uint8_t>& steps) {
    Shelf<Book> shelf;
    std::map<std::uint64_t, std::string> model;
    std::uint64_t last = 0;
    for (const std::uint64_t step : steps) {
      const std::uint64_t id = step / 4 * (last + 1) / 64 + step % 2;
      if (step % 4 > 0) {
        Book& book = shelf.add();
        book.title = std::to_string(++last);
        model[book.id] = book.title;
      } else if (model.erase(id) > 0) {
        shelf.erase(id);
      }
      const Book* found = shelf.find(id);
      RC_ASSERT((found != nullptr) == (model.count(id) > 0));
      RC_ASSERT((found == nullptr || found->title == model[id]));
      const Book* next = shelf.next(id);
      const auto after = model.upper_bound(id);
      RC_ASSERT((next == nullptr) == (after == model.end()));
      RC_ASSERT((next == nullptr || next->id == after->first));
    }
    RC_ASSERT(shelf.size() == model.size());
  }));
}

}  // namespace
