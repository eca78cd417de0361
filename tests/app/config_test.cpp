// The file of --config: what it may say, and that all that is wrong with it is told at once.
#include "app/config.hpp"

#include "app/files.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

base::Loaded<Config> read(std::string_view text, const ConfigTerms& terms = {}) {
  return read_config(text, "failmx.toml", terms);
}

std::vector<std::string> lines(const base::Loaded<Config>& loaded) {
  std::vector<std::string> out;
  for (const auto& diagnostic : loaded.diagnostics) out.push_back(to_string(diagnostic));
  return out;
}

}  // namespace

TEST_CASE("Receivers are read in the order of the file, with the keys of the API") {
  const auto loaded = read(R"(smtp = "127.0.0.1:0"
http = "localhost:9"
[receivers.full]
scenario = "disk-full"
seed = 7
domains = ["Full.test", "*.full.test"]
[receivers.default]
scenario = { rule = [{ at = "rcpt", reply = "450 4.2.1 later" }] }
listeners = [{ address = "127.0.0.1:0" }, { address = "[::1]:0", shared = false }]
[receivers.text]
scenario_toml = "summary = 'x'"
)");
  CAPTURE(lines(loaded));
  REQUIRE(loaded.ok());
  CHECK(loaded.value->smtp == "127.0.0.1:0");
  CHECK(loaded.value->http == "127.0.0.1:9");
  const auto& wishes = loaded.value->receivers;
  REQUIRE(wishes.size() == 3);
  CHECK(wishes[0].name == "full");
  CHECK(wishes[0].scenario->name == "disk-full");
  CHECK(wishes[0].scenario->seed == 7);
  CHECK(wishes[0].domains == std::vector<std::string>{"full.test", "*.full.test"});
  CHECK_FALSE(wishes[0].listeners);
  CHECK(wishes[1].name == "default");
  CHECK(wishes[1].scenario->rules.size() == 1);
  REQUIRE(wishes[1].listeners->size() == 2);
  CHECK(wishes[1].listeners->at(0).service.shared);
  CHECK_FALSE(wishes[1].listeners->at(1).service.shared);
  CHECK(wishes[2].scenario->name == "text");
}

TEST_CASE("An empty file declares nothing") {
  const auto loaded = read("# nothing yet\n");
  REQUIRE(loaded.ok());
  CHECK(loaded.value->receivers.empty());
  CHECK_FALSE(loaded.value->smtp);
}

TEST_CASE("All mistakes of a file are told at once with their places") {
  const auto loaded = read(R"(htpp = "127.0.0.1:0"
smtp = "nowhere"
token = "secret"
[receivers."a b"]
scenario = "healthy"
[receivers.one]
scenario = "helthy"
seed = -1
[receivers.two]
scenario = { rule = [{ at = "rcptt", reply = "450 4.2.1 later" }] }
listeners = [{ address = "0.0.0.0:25" }]
[receivers.three]
domains = ["x@y"]
)");
  CHECK_FALSE(loaded.ok());
  std::vector<std::string> places;
  for (const auto& line : lines(loaded)) places.push_back(line.substr(0, line.find(": ")));
  CHECK(
      places ==
      std::vector<std::string>{
          "failmx.toml:1:1",
          "failmx.toml:2:8",
          "failmx.toml:3:9",
          "failmx.toml:4:12",
          "failmx.toml:7:12",
          "failmx.toml:8:8",
          "failmx.toml:10:29",
          "failmx.toml:11:14",
          "failmx.toml:12:1",
          "failmx.toml:13:12"}
  );
  const auto all = lines(loaded);
  REQUIRE(all.size() == 10);
  CHECK(all[0].find("did you mean 'http'?") != std::string::npos);
  CHECK(all[2].find("FAILMX_TOKEN") != std::string::npos);
  CHECK(all[4].find("did you mean 'healthy'?") != std::string::npos);
  CHECK(all[7].find("--token or --open") != std::string::npos);
}

TEST_CASE("A listener for other machines is possible with a token or openness") {
  const auto text =
      "[receivers.a]\nscenario = \"healthy\"\nlisteners = [{ address = \"0.0.0.0:0\" }]\n";
  CHECK_FALSE(read(text).ok());
  CHECK(read(text, {.open = true}).ok());
}

TEST_CASE("Two receivers cannot have one domain or one port") {
  const auto loaded = read(R"([receivers.a]
scenario = "healthy"
domains = ["a.test"]
listeners = [{ address = "127.0.0.1:2525" }, { address = "127.0.0.1:0" }]
[receivers.b]
scenario = "healthy"
domains = ["b.test", "A.test"]
listeners = [{ address = "localhost:2525" }, { address = "127.0.0.1:0" }]
)");
  CHECK(
      lines(loaded) ==
      std::vector<std::string>{
          "failmx.toml:7:22: the receiver 'a' has the domain 'a.test'",
          "failmx.toml:8:14: the receiver 'a' has the listener '127.0.0.1:2525'"}
  );
}

TEST_CASE("Paths in a file start from where it is") {
  const Folder folder;
  folder.write("mine.toml", "summary = \"mine\"\n");
  folder.write("bad.toml", "foo = 1\n");
  std::filesystem::create_directory(folder.in("more"));
  folder.write("more/extra.toml", "summary = \"extra\"\n");
  const auto read_here = [&folder](std::string_view text, const ConfigTerms& terms = {}) {
    return read_config(text, folder.in("failmx.toml"), terms);
  };
  const auto good = read_here(
      "scenarios = \"more\"\n[receivers.a]\nscenario = \"./mine.toml\"\n"
      "[receivers.b]\nscenario = \"extra\"\n"
  );
  CAPTURE(lines(good));
  REQUIRE(good.ok());
  CHECK(good.value->receivers[0].scenario->summary == "mine");
  CHECK(good.value->receivers[1].scenario->summary == "extra");

  // What is wrong with another file has its place there.
  const auto bad = read_here("[receivers.a]\nscenario = \"bad.toml\"\n");
  CHECK_FALSE(bad.ok());
  REQUIRE(bad.diagnostics.size() == 1);
  CHECK(lines(bad).front().starts_with(folder.in("bad.toml") + ":1:1: "));
  CHECK_FALSE(read_here("[receivers.a]\nscenario = \"gone.toml\"\n").ok());
  CHECK_FALSE(read_here("scenarios = \"gone\"\n").ok());
  // --scenarios goes before the file.
  CHECK(read_here("scenarios = \"gone\"\n", {.scenarios = folder.in("more")}).ok());
}

TEST_CASE("A syntax error is told with its place") {
  const auto loaded = read("[receivers.a\n");
  CHECK_FALSE(loaded.ok());
  REQUIRE(lines(loaded).size() == 1);
  CHECK(lines(loaded).front().starts_with("failmx.toml:1:"));
}

}  // namespace app
