// The command line and the environment, as a table of what is understood and what is refused.
#include "app/cli.hpp"

#include <cstdlib>
#include <utility>

#include "support/catch.hpp"

namespace app {

namespace {

using Variable = std::pair<const char*, const char*>;

// Sets environment variables for one test.
class Environment {
 public:
  explicit Environment(std::initializer_list<Variable> values) : values_(values) {
    for (const auto& [name, value] : values_) ::setenv(name, value, 1);
  }

  ~Environment() {
    for (const auto& [name, value] : values_) ::unsetenv(name);
  }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::vector<Variable> values_;
};

template <typename T>
T parsed(const std::vector<std::string>& arguments) {
  const auto line = parse(arguments);
  CAPTURE(line.err);
  REQUIRE(line.command);
  REQUIRE(std::holds_alternative<T>(*line.command));
  return std::get<T>(*line.command);
}

}  // namespace

TEST_CASE("serve without options has the documented defaults") {
  const auto serve = parsed<Serve>({"serve"});
  CHECK(serve.smtp == "127.0.0.1:1025");
  CHECK(serve.http == "127.0.0.1:8025");
  CHECK(serve.scenario == "addresses");
  CHECK_FALSE(serve.seed);
  CHECK_FALSE(serve.open);
  CHECK(serve.token.empty());
  CHECK(serve.allow_hosts.empty());
  CHECK(serve.max_connections == 15'000);
  CHECK(serve.journal_events == 200'000);
  CHECK(serve.drain == std::chrono::seconds(10));
}

TEST_CASE("Every option of serve is read from the command line") {
  const auto serve = parsed<Serve>({"serve",       "--smtp",
                                    "[::1]:0",     "--http=127.0.0.1:9",
                                    "--scenario",  "x.toml",
                                    "--scenarios", "dir",
                                    "--seed",      "7",
                                    "--token",     "t",
                                    "--open",      "--allow-host",
                                    "a.test",      "--allow-host",
                                    "b.test",      "--max-connections",
                                    "5",           "--journal-events",
                                    "9",           "--journal",
                                    "j.ndjson",    "--ready-file",
                                    "r.json",      "--drain",
                                    "1m30s",       "--config",
                                    "f.toml"});
  CHECK(serve.smtp == "[::1]:0");
  CHECK(serve.http == "127.0.0.1:9");
  CHECK(serve.scenario == "x.toml");
  CHECK(serve.scenarios == "dir");
  CHECK(serve.seed == 7);
  CHECK(serve.token == "t");
  CHECK(serve.open);
  CHECK(serve.allow_hosts == std::vector<std::string>{"a.test", "b.test"});
  CHECK(serve.max_connections == 5);
  CHECK(serve.journal_events == 9);
  CHECK(serve.journal == "j.ndjson");
  CHECK(serve.ready_file == "r.json");
  CHECK(serve.drain == std::chrono::seconds(90));
  CHECK(serve.config == "f.toml");
}

TEST_CASE("Every option of serve has an environment variable") {
  const Environment environment{
      {"FAILMX_LISTEN_SMTP", "0.0.0.0:25"},
      {"FAILMX_LISTEN_HTTP", "0.0.0.0:80"},
      {"FAILMX_SCENARIO", "healthy"},
      {"FAILMX_SCENARIOS", "dir"},
      {"FAILMX_SEED", "7"},
      {"FAILMX_TOKEN", "t"},
      {"FAILMX_OPEN", "1"},
      {"FAILMX_ALLOW_HOST", "a.test,b.test"},
      {"FAILMX_MAX_CONNECTIONS", "5"},
      {"FAILMX_JOURNAL_EVENTS", "9"},
      {"FAILMX_JOURNAL", "j.ndjson"},
      {"FAILMX_READY_FILE", "r.json"},
      {"FAILMX_DRAIN", "2s"},
      {"FAILMX_CONFIG", "f.toml"},
  };
  const auto serve = parsed<Serve>({"serve", "--scenario", "stronger"});
  CHECK(serve.scenario == "stronger");
  CHECK(serve.smtp == "0.0.0.0:25");
  CHECK(serve.http == "0.0.0.0:80");
  CHECK(serve.scenarios == "dir");
  CHECK(serve.seed == 7);
  CHECK(serve.token == "t");
  CHECK(serve.open);
  CHECK(serve.allow_hosts == std::vector<std::string>{"a.test", "b.test"});
  CHECK(serve.max_connections == 5);
  CHECK(serve.journal_events == 9);
  CHECK(serve.journal == "j.ndjson");
  CHECK(serve.ready_file == "r.json");
  CHECK(serve.drain == std::chrono::seconds(2));
  CHECK(serve.config == "f.toml");
}

TEST_CASE("What was said of serve is told from what is its default") {
  const auto none = parsed<Serve>({"serve"});
  CHECK_FALSE((none.smtp_given || none.http_given || none.scenario_given));
  const Environment environment{{"FAILMX_LISTEN_HTTP", "127.0.0.1:1"}};
  const auto some = parsed<Serve>({"serve", "--smtp", none.smtp});
  CHECK(some.smtp_given);
  CHECK(some.http_given);
  CHECK_FALSE(some.scenario_given);
}

TEST_CASE("Of an option given twice the last one counts") {
  CHECK(parsed<Serve>({"serve", "--seed", "1", "--seed=2"}).seed == 2);
}

TEST_CASE("An environment variable can say no") {
  const Environment environment{{"FAILMX_OPEN", "0"}};
  CHECK_FALSE(parsed<Serve>({"serve"}).open);
}

TEST_CASE("The other commands are read") {
  CHECK(parsed<Check>({"check", "a.toml", "b.toml"}).files.size() == 2);
  CHECK(parsed<List>({"list", "--tag", "t"}).tag == "t");
  CHECK(parsed<Show>({"show", "healthy", "--scenarios", "d"}).scenarios == "d");
  parsed<Schema>({"schema"});
  CHECK(parsed<Health>({"health", "--http", "http://a:1"}).http == "http://a:1");
  CHECK(parsed<Help>({"help", "actions"}).topic == "actions");
  CHECK(parsed<Help>({"help"}).topic.empty());
}

TEST_CASE("Every option of test is read and the command is left alone") {
  const auto test = parsed<Test>(
      {"test",      "full-twice", "--messages", "3",      "--timeout",   "1m30s",
       "--until",   "exit",       "--expect",   "e.toml", "--policy",    "mta",
       "--policy",  "rfc5321",    "--junit",    "j.xml",  "--report",    "r.json",
       "--journal", "j.ndjson",   "--seed",     "7",      "--smtp",      "127.0.0.1:25",
       "--http",    "[::1]:0",    "--token",    "t",      "--scenarios", "dir",
       "--",        "send",       "--messages", "9",      "--",          "--help"}
  );
  CHECK(test.scenario == "full-twice");
  CHECK(test.messages == 3);
  CHECK(test.timeout == std::chrono::seconds(90));
  CHECK(test.until == Until::exit);
  CHECK(test.expect == "e.toml");
  CHECK(test.policies == std::vector<std::string>{"mta", "rfc5321"});
  CHECK(test.junit == "j.xml");
  CHECK(test.report == "r.json");
  CHECK(test.journal == "j.ndjson");
  CHECK(test.seed == 7);
  CHECK(test.smtp == "127.0.0.1:25");
  CHECK(test.http == "[::1]:0");
  CHECK(test.token == "t");
  CHECK(test.scenarios == "dir");
  CHECK(test.command == std::vector<std::string>{"send", "--messages", "9", "--", "--help"});
}

TEST_CASE("test takes free ports and ends with a certain verdict by default") {
  // A container's settings are for its server.
  const Environment environment{{"FAILMX_LISTEN_SMTP", "0.0.0.0:25"}, {"FAILMX_JOURNAL", "x"}};
  const auto test = parsed<Test>({"test", "healthy", "--", "true"});
  CHECK(test.smtp == "127.0.0.1:0");
  CHECK(test.http == "127.0.0.1:0");
  CHECK(test.journal.empty());
  CHECK(test.messages == 1);
  CHECK_FALSE(test.timeout);
  CHECK(test.until == Until::verdict);
}

TEST_CASE("Every option of verify is read") {
  const auto live = parsed<Verify>(
      {"verify",
       "--http",
       "http://a:1",
       "--receiver",
       "r",
       "--wait",
       "5s",
       "--domain",
       "d.test",
       "--token",
       "t",
       "--policy",
       "mta,rfc5321",
       "--expect",
       "e.toml",
       "--junit",
       "j",
       "--report",
       "r.json"}
  );
  CHECK(live.http == "http://a:1");
  CHECK(live.receiver == "r");
  CHECK(live.wait == std::chrono::seconds(5));
  CHECK(live.domain == "d.test");
  CHECK(live.token == "t");
  CHECK(live.policies == std::vector<std::string>{"mta", "rfc5321"});
  CHECK(parsed<Verify>({"verify", "run.ndjson"}).journal == "run.ndjson");
}

TEST_CASE("verify asks the server of the environment when nothing else is named") {
  const Environment environment{{"FAILMX_HTTP", "http://failmx:8025"}, {"FAILMX_TOKEN", "t"}};
  CHECK(parsed<Verify>({"verify"}).http == "http://failmx:8025");
  CHECK(parsed<Verify>({"verify"}).token == "t");
  CHECK(parsed<Verify>({"verify", "run.ndjson"}).http.empty());
}

TEST_CASE("health asks the server that the environment describes") {
  CHECK(parsed<Health>({"health"}).http == "http://127.0.0.1:8025");
  const Environment listen{{"FAILMX_LISTEN_HTTP", "0.0.0.0:99"}};
  CHECK(parsed<Health>({"health"}).http == "http://127.0.0.1:99");
  const Environment client{{"FAILMX_HTTP", "http://failmx:8025"}, {"FAILMX_TOKEN", "t"}};
  CHECK(parsed<Health>({"health"}).http == "http://failmx:8025");
  CHECK(parsed<Health>({"health"}).token == "t");
}

TEST_CASE("health looks at this machine where the server listens everywhere") {
  const Environment listen{{"FAILMX_LISTEN_HTTP", "[::]:99"}, {"FAILMX_HTTP", ""}};
  const auto health = parsed<Health>({"health"});
  CHECK(health.http == "http://[::1]:99");
  CHECK(health.timeout == std::chrono::seconds(2));
  CHECK_FALSE(health.quiet);
  CHECK(parsed<Health>({"health", "-q", "--timeout", "250ms"}).quiet);
  CHECK(parsed<Health>({"health", "--timeout", "250ms"}).timeout == std::chrono::milliseconds(250));
}

TEST_CASE("The log is for people or programs, and says more or less") {
  const auto usual = parsed<Serve>({"serve"}).log;
  CHECK(usual.form == LogForm::automatic);
  CHECK(usual.loudness == Loudness::normal);
  const auto loud = parsed<Serve>({"serve", "-v", "--log", "human"}).log;
  CHECK(loud.form == LogForm::human);
  CHECK(loud.loudness == Loudness::verbose);
  const Environment environment{{"FAILMX_LOG", "json"}, {"FAILMX_QUIET", "1"}};
  const auto quiet = parsed<Serve>({"serve"}).log;
  CHECK(quiet.form == LogForm::json);
  CHECK(quiet.loudness == Loudness::quiet);
  // A container's settings are for its server.
  CHECK(parsed<Test>({"test", "x", "--", "true"}).log.loudness == Loudness::normal);
  CHECK(parsed<Test>({"test", "x", "-q", "--", "true"}).log.loudness == Loudness::quiet);
}

TEST_CASE("An empty environment variable says nothing") {
  const Environment environment{
      {"FAILMX_LISTEN_SMTP", ""},
      {"FAILMX_LISTEN_HTTP", ""},
      {"FAILMX_SCENARIO", ""},
      {"FAILMX_SEED", ""},
      {"FAILMX_TOKEN", ""},
      {"FAILMX_OPEN", ""},
      {"FAILMX_ALLOW_HOST", ""},
      {"FAILMX_MAX_CONNECTIONS", ""},
      {"FAILMX_DRAIN", ""},
      {"FAILMX_LOG", ""},
      {"FAILMX_QUIET", ""},
  };
  const auto serve = parsed<Serve>({"serve"});
  CHECK(serve.smtp == Serve{}.smtp);
  CHECK_FALSE((serve.smtp_given || serve.scenario_given || serve.open));
  CHECK(serve.allow_hosts.empty());
  CHECK(parsed<Health>({"health"}).http == "http://127.0.0.1:8025");
}

TEST_CASE("All mistakes are told, with the variable that a value comes from") {
  const Environment environment{{"FAILMX_DRAIN", "abc"}, {"FAILMX_OPEN", "maybe"}};
  const auto line =
      parse({"serve", "--seed", "x", "--max-connections=0", "--smtp", "a.test:1", "--bogus"});
  CHECK(line.status == kBadUsage);
  CAPTURE(line.err);
  for (const auto* part :
       {"failmx: FAILMX_DRAIN: no number at 'abc'",
        "failmx: FAILMX_OPEN: 'maybe' is neither yes nor no; write 1 or 0\n",
        "failmx: --seed: 'x' is not a whole number\n",
        "failmx: --max-connections: ",
        "failmx: --smtp: no IP address in 'a.test:1': host names are not looked up; ",
        "failmx: not expected by serve: '--bogus'"}) {
    CHECK(line.err.find(part) != std::string::npos);
  }
  CHECK(parse({"serve", "--drain", "abc"}).err.find("failmx: --drain: ") != std::string::npos);
  // They are those of another command.
  parsed<List>({"list"});
}

TEST_CASE("Bad usage is refused with what was wrong") {
  struct Row {
    std::vector<std::string> arguments;
    std::string part;
  };

  const auto row = GENERATE(
      Row{{}, "failmx --help"},
      Row{{"sevre"}, "failmx: there is no command 'sevre'; did you mean 'serve'?\n"},
      Row{{"version"}, "failmx: there is no command 'version'; did you mean '--version'?\n"},
      Row{{"bogus", "--x"},
          "failmx: there is no command 'bogus'; there is: serve, test, verify, check, "},
      Row{{"test", "x", "--html", "y", "--", "true"}, "'--html' is not in this version\n"},
      Row{{"test", "x"}, "test needs a command behind '--'"},
      Row{{"test", "x", "--"}, "test needs a command behind '--'"},
      Row{{"test", "x", "./send.sh"}, "'./send.sh'; the command stands behind '--'"},
      Row{{"test", "--", "true"}, "SCENARIO"},
      Row{{"test", "x", "--until", "noon", "--", "true"}, "--until"},
      Row{{"test", "x", "--messages", "-1", "--", "true"}, "--messages"},
      Row{{"test", "x", "--timeout", "10", "--", "true"}, "lacks a unit"},
      Row{{"test", "x", "--polcy", "mta", "--", "true"}, "did you mean '--policy'?"},
      Row{{"verify"}, "verify needs a journal file, or --http"},
      Row{{"verify", "x.ndjson", "--http", "http://a:1"}, "not both"},
      Row{{"verify", "x.ndjson", "--wait", "5s"}, "--wait goes with --http"},
      Row{{"test", "x", "--html", "y"}, "failmx: '--html' is not in this version\n"},
      Row{{"test", "x", "--html=y"}, "failmx: '--html' is not in this version\n"},
      Row{{"serve", "one", "--two", "three"}, "not expected by serve: 'one' '--two' 'three'\n"},
      Row{{"serve", "--scenaro", "x"}, "did you mean '--scenario'?"},
      Row{{"serve", "--sed=1"}, "did you mean '--seed'?"},
      Row{{"serve", "--seed", "x"}, "--seed"},
      Row{{"serve", "--seed", "-1"}, "--seed"},
      Row{{"serve", "--smtp", "nowhere"}, "has no port"},
      Row{{"serve", "--http", "a.example:1"}, "127.0.0.1:1025"},
      Row{{"serve", "--max-connections", "0"}, "--max-connections"},
      Row{{"serve", "--drain", "10"}, "lacks a unit"},
      Row{{"serve", "extra"}, "extra"},
      Row{{"serve", "-q", "-v"}, "--quiet and --verbose exclude each other\n"},
      Row{{"serve", "--log", "loud"}, "--log: 'loud' is neither auto, human nor json\n"},
      Row{{"health", "--timeout", "2"}, "lacks a unit"},
      Row{{"check"}, "FILE"},
      Row{{"show"}, "NAME"}
  );
  CAPTURE(row.arguments);
  const auto line = parse(row.arguments);
  CHECK_FALSE(line.command);
  CHECK(line.status == kBadUsage);
  CHECK(line.out.empty());
  CAPTURE(line.err);
  CHECK(line.err.find(row.part) != std::string::npos);
}

TEST_CASE("Help goes to standard output and is no failure") {
  const auto general = parse({"--help"});
  CHECK(general.status == kDone);
  CHECK_FALSE(general.command);
  for (const auto* part :
       {"serve",
        "test",
        "verify",
        "check",
        "list",
        "show",
        "schema",
        "health",
        "help",
        "Examples"}) {
    CAPTURE(part);
    CHECK(general.out.find(part) != std::string::npos);
  }
  const auto serve = parse({"serve", "--help"});
  CHECK(serve.status == kDone);
  for (const auto* part : {"--scenario", "FAILMX_SCENARIO", "127.0.0.1:1025", "SIGTERM"}) {
    CAPTURE(part);
    CHECK(serve.out.find(part) != std::string::npos);
  }
  const auto test = parse({"test", "--help"});
  CHECK(test.status == kDone);
  for (const auto* part : {"-- COMMAND", "FAILMX_SMTP", "SMTP_PORT", "Exit status", "--until"}) {
    CAPTURE(part);
    CHECK(test.out.find(part) != std::string::npos);
  }
  CHECK(parse({"test", "x", "--", "send", "--help"}).command);
  CHECK(parse({"--version"}).out == "failmx 0.1.0\n");
}

}  // namespace app
