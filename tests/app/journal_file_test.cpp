// The journal on disk: complete, in order, and loud when it cannot be.
#include "app/journal_file.hpp"

#include <fstream>

#include "app/files.hpp"
#include "journal/file.hpp"
#include "journal/journal.hpp"
#include "support/catch.hpp"

namespace app {

TEST_CASE("A journal file holds every event in order") {
  const Folder folder;
  journal::Journal journal(base::WallTime{});
  auto file = JournalFile::open(folder.in("j.ndjson"), journal.start(), nullptr);
  REQUIRE(file);
  REQUIRE((*file)->begin());
  journal.set_sink([&](const journal::Event& event) { (*file)->add(event); });
  journal.add(journal::run_event("1.2.3"));
  for (std::uint64_t i = 0; i < 5000; ++i) {
    journal::Event event;
    event.kind = journal::Kind::note;
    event.connection = i;
    event.receiver = base::Name("default");
    event.text = std::string(200, 'x');
    journal.add(std::move(event));
  }
  (*file)->close();
  CHECK((*file)->problem().empty());

  std::ifstream in(folder.in("j.ndjson"));
  const auto read = journal::read_journal(in, "j.ndjson");
  REQUIRE(read.ok());
  CHECK(read.diagnostics.empty());
  CHECK(read.value->version == "1.2.3");
  CHECK_FALSE(read.value->truncated);
  REQUIRE(read.value->events.size() == 5001);
  CHECK(read.value->events.back()->connection == 4999);
}

TEST_CASE("A journal file that cannot be opened is an error that names it") {
  const Folder folder;
  const auto file = JournalFile::open(folder.in("missing/j.ndjson"), {}, nullptr);
  REQUIRE_FALSE(file);
  CHECK(file.error().message.find("missing/j.ndjson") != std::string::npos);
}

TEST_CASE("A journal file stays as it was until writing begins") {
  const Folder folder;
  const auto path = folder.write("j.ndjson", "of a former run\n");
  {
    const auto file = JournalFile::open(path, {}, nullptr);
    REQUIRE(file);
    (*file)->add({});
    (*file)->close();
  }
  CHECK(folder.read("j.ndjson") == "of a former run\n");
  const auto file = JournalFile::open(path, {}, nullptr);
  REQUIRE(file);
  (*file)->add({});
  REQUIRE((*file)->begin());
  (*file)->close();
  CHECK(folder.read("j.ndjson").starts_with("{"));
}

TEST_CASE("A journal file that never began leaves nothing new behind") {
  const Folder folder;
  {
    const auto file = JournalFile::open(folder.in("j.ndjson"), {}, nullptr);
    REQUIRE(file);
    (*file)->add({});
  }
  CHECK_FALSE(std::filesystem::exists(folder.in("j.ndjson")));
  {
    const auto file = JournalFile::open(folder.in("j.ndjson"), {}, nullptr);
    REQUIRE(file);
    (*file)->add({});
    REQUIRE((*file)->begin());
    (*file)->discard();
  }
  CHECK_FALSE(std::filesystem::exists(folder.in("j.ndjson")));
}

TEST_CASE("A disk that is full at the start is told at the start") {
  const auto file = JournalFile::open("/dev/full", {}, nullptr);
  REQUIRE(file);
  (*file)->add({});
  const auto begun = (*file)->begin();
  REQUIRE_FALSE(begun);
  CHECK(begun.error().message.find("'/dev/full': No space left on device") != std::string::npos);
}

TEST_CASE("A journal file has one writer") {
  const Folder folder;
  const auto path = folder.in("j.ndjson");
  {
    const auto first = JournalFile::open(path, {}, nullptr);
    REQUIRE(first);
    const auto second = JournalFile::open(path, {}, nullptr);
    REQUIRE_FALSE(second);
    CHECK(second.error().message == "the journal file '" + path + "' is written by another failmx");
  }
  CHECK(JournalFile::open(path, {}, nullptr));
  const auto device = JournalFile::open("/dev/null", {}, nullptr);
  CHECK(JournalFile::open("/dev/null", {}, nullptr));
}

TEST_CASE("A full disk is reported once and remembered") {
  int reports = 0;
  auto file = JournalFile::open("/dev/full", {}, [&](const std::string&) { ++reports; });
  REQUIRE(file);
  REQUIRE((*file)->begin());
  journal::Event event;
  event.text = std::string(300'000, 'x');
  for (int i = 0; i < 3; ++i) (*file)->add(event);
  (*file)->close();
  CHECK(reports == 1);
  CHECK((*file)->problem().find("/dev/full") != std::string::npos);
}

}  // namespace app
