// Scenarios by name and by file.
#include "app/catalogue.hpp"

#include <array>

#include "app/files.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

constexpr std::array kShipped = {
    shipped::File{"full-twice", "name = \"full-twice\""},
    shipped::File{"healthy", "name = \"healthy\""}};

}  // namespace

TEST_CASE("A shipped scenario is found by name") {
  const Catalogue catalogue(kShipped);
  const auto found = catalogue.find("healthy");
  REQUIRE(found);
  CHECK(found->file == "healthy.toml");
  CHECK(found->text == "name = \"healthy\"");
}

TEST_CASE("An unknown name is refused with the nearest or with all") {
  const Catalogue catalogue(kShipped);
  const auto near = catalogue.find("helthy");
  REQUIRE_FALSE(near);
  CHECK(near.error().message == "there is no scenario 'helthy'");
  CHECK(near.error().hint == "did you mean 'healthy'?");
  CHECK(catalogue.find("zzz").error().hint == "there is: full-twice, healthy");
}

TEST_CASE("A folder adds to the shipped scenarios and overrides them") {
  const Folder folder;
  folder.write("healthy.toml", "mine");
  folder.write("other.toml", "new");
  folder.write("notes.txt", "no scenario");
  Catalogue catalogue(kShipped);
  REQUIRE(catalogue.add_folder(folder.path()));
  CHECK(catalogue.all().size() == 3);
  CHECK(catalogue.find("healthy")->text == "mine");
  CHECK(catalogue.find("healthy")->file == folder.in("healthy.toml"));
  CHECK(catalogue.find("other")->text == "new");
  CHECK_FALSE(catalogue.add_folder(folder.in("missing")));
  const auto entries = catalogue.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].origin == control::Library::Origin::shipped);
  CHECK(entries[1].name == "healthy");
  CHECK(entries[1].origin == control::Library::Origin::folder);
}

TEST_CASE("What looks like a file is read as one") {
  const Folder folder;
  const auto path = folder.write("healthy.toml", "from the file");
  const Catalogue catalogue(kShipped);
  CHECK(catalogue.resolve("healthy")->text == "name = \"healthy\"");
  const auto file = catalogue.resolve(path);
  REQUIRE(file);
  CHECK(file->text == "from the file");
  CHECK(file->file == path);
  CHECK_FALSE(catalogue.find(path));
}

TEST_CASE("A name that is no scenario but a file is told from one") {
  const Folder folder;
  folder.write("mine", "name = \"mine\"");
  const Catalogue catalogue(kShipped);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto found = catalogue.resolve("mine");
  std::filesystem::current_path(before);
  REQUIRE_FALSE(found);
  CHECK(found.error().hint == "for the file of that name write './mine'");
}

TEST_CASE("A file that cannot be read is refused") {
  const Folder folder;
  folder.write("long.toml", std::string(1024 * 1024 + 1, '#'));
  const Catalogue catalogue(kShipped);
  for (const auto& path : {folder.in("missing.toml"), folder.in("long.toml"), folder.path()}) {
    CAPTURE(path);
    const auto found = catalogue.resolve(path);
    REQUIRE_FALSE(found);
    CHECK(found.error().message.find(path) != std::string::npos);
  }
}

}  // namespace app
