// The log: what a line looks like whatever it holds, and what a reader that does not read costs.
#include "app/log.hpp"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/json.hpp>

#include "app/narrator.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

using namespace std::chrono_literals;

const base::WallTime kAt = *base::parse_wall("2026-01-31T12:00:00.123456Z");

// A pipe; its reader can look at what is there without waiting.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }

  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }

  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  // All until the writer closes, line by line.
  std::vector<std::string> lines() const {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t n = 0; (n = ::read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
      const auto end = text.find('\n', from);
      REQUIRE(end != std::string::npos);
      lines.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    return lines;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// How many entries these lines tell of, with those that were dropped.
std::size_t told_by(const std::vector<std::string>& lines) {
  std::size_t told = 0;
  for (const auto& line : lines) {
    const auto value = boost::json::parse(line);
    const bool is_count = value.at("event").as_string() == "log-dropped";
    told += is_count ? static_cast<std::size_t>(value.at("lines").as_int64()) : 1;
  }
  return told;
}

}  // namespace

TEST_CASE("A line for programs is one JSON object with typed fields") {
  const std::array<LogField, 4> fields{
      LogField{"text", "x"}, LogField{"pid", 12}, LogField{"scale", 0.5}, LogField{"yes", true}};
  CHECK(
      as_json({kAt, LogLevel::info, "started", fields}) ==
      R"({"time":"2026-01-31T12:00:00.123456Z","level":"info","event":"started","text":"x",)"
      R"("pid":12,"scale":0.5,"yes":true})"
  );
}

TEST_CASE("Whatever a value holds, it is one line and cannot pass for another") {
  const std::string hostile = GENERATE(
      std::string("a\nb"),
      "\"}\r\n{\"event\":\"started\"}",
      "\x1b[2J",
      "\xff\xc2\x9b",
      "\\",
      "\xc2\x85{}",
      "a\xe2\x80\xa8{}",
      "\xe2\x80\xae",
      "\xe2\x81\xa6",
      "\xc2\x9b"
  );
  const std::array<LogField, 1> fields{LogField{"text", hostile}};
  const LogEntry entry{kAt, LogLevel::debug, "command", fields};
  for (const auto& line : {as_json(entry), as_line(entry)}) {
    CAPTURE(line);
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
  // They steer terminals, end lines, or turn the text around.
  for (const auto* unseen :
       {"\xc2\x9b", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6"}) {
    CHECK(as_line(entry).find(unseen) == std::string::npos);
    CHECK(as_json(entry).find(unseen) == std::string::npos);
  }
  CHECK(
      without_unseen("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80") ==
      "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"
  );
  const auto value = boost::json::parse(as_json(entry));
  CHECK(value.as_object().size() == 4);
  CHECK(value.at("event").as_string() == "command");
}

TEST_CASE("A line for people quotes what would hide where a value ends") {
  const std::array<LogField, 3> fields{
      LogField{"a", "plain"}, LogField{"b", "two words"}, LogField{"c", "x\" pid=1"}};
  const auto line = as_line({kAt, LogLevel::warning, "journal-lost", fields});
  CHECK(
      line.substr(line.find(' ') + 1) ==
      R"(warning: journal-lost a=plain b="two words" c="x\" pid=1")"
  );
}

TEST_CASE("A long value is cut") {
  const std::string longest(100'000, 'x');
  const std::array<LogField, 1> fields{LogField{"text", longest}};
  for (const auto form : {as_json, as_line}) {
    CHECK(form({kAt, LogLevel::info, "e", fields}).size() < 2 * kMostLogText);
  }
}

TEST_CASE("What is below the level is not written") {
  Pipe pipe;
  {
    Log log(LogForm::json, LogLevel::warning, pipe.writer());
    log.info("started");
    log.warning("few-files");
  }
  pipe.close_writer();
  const auto lines = pipe.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().find("few-files") != std::string::npos);
}

TEST_CASE("What is no terminal gets JSON unless lines for people are asked for") {
  for (const auto form : {LogForm::automatic, LogForm::human}) {
    Pipe pipe;
    Log(form, LogLevel::info, pipe.writer()).info("started");
    pipe.close_writer();
    CHECK(pipe.lines().front().starts_with('{') == (form == LogForm::automatic));
  }
}

TEST_CASE("Lines of several threads stay whole") {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  Pipe pipe;
  std::vector<std::string> lines;
  std::thread reader([&] { lines = pipe.lines(); });
  {
    Log log(LogForm::json, LogLevel::info, pipe.writer());
    const std::string text(400, 'x');
    std::vector<std::thread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&] {
        for (int n = 0; n < kLines; ++n) log.info("line", {{"text", text}});
      });
    }
    for (auto& writer : writers) writer.join();
  }
  pipe.close_writer();
  reader.join();
  CHECK(told_by(lines) == kThreads * kLines);
}

TEST_CASE("A reader that does not read loses lines, and is told how many") {
  constexpr std::size_t kLines = 10'000;  // many times what a pipe holds
  Pipe pipe;
  std::vector<std::string> lines;
  std::thread reader;
  {
    Log log(LogForm::json, LogLevel::info, pipe.writer());
    for (std::size_t i = 0; i < kLines; ++i) log.info("line", {{"n", i}});
    reader = std::thread([&] { lines = pipe.lines(); });
  }
  pipe.close_writer();
  reader.join();
  CHECK(lines.size() < kLines);
  CHECK(told_by(lines) == kLines);
}

TEST_CASE("The narrator tells the wire only at debug level") {
  for (const auto least : {LogLevel::debug, LogLevel::info}) {
    Pipe pipe;
    {
      Log log(LogForm::json, least, pipe.writer());
      Narrator narrator(log, kAt);
      journal::Event event;
      event.kind = journal::Kind::command;
      event.receiver = base::Name("default");
      event.connection = 7;
      event.stage = base::Stage::rcpt;
      event.subject = "b@x.test";
      event.at = 1s;
      narrator.heard(event);
      event.kind = journal::Kind::receiver;
      event.setup = std::make_shared<journal::Setup>(journal::Setup{.scenario = "healthy"});
      narrator.heard(event);
      narrator.close();
    }
    pipe.close_writer();
    const auto lines = pipe.lines();
    const bool all = least == LogLevel::debug;
    REQUIRE(lines.size() == (all ? 2U : 1U));
    CHECK(
        lines.back().find(R"("event":"receiver","receiver":"default","scenario":"healthy")") !=
        std::string::npos
    );
    if (!all) continue;
    CHECK(
        lines.front() ==
        R"({"time":"2026-01-31T12:00:01.123456Z","level":"debug","event":"command",)"
        R"("receiver":"default","connection":7,"stage":"rcpt","recipient":"b@x.test"})"
    );
  }
}

TEST_CASE("What is too much for the narrator is dropped and counted") {
  constexpr std::size_t kEvents = Narrator::kMostWaiting * 2;
  Pipe pipe;
  std::vector<std::string> lines;
  std::thread reader;
  {
    Log log(LogForm::json, LogLevel::debug, pipe.writer());
    Narrator narrator(log, kAt);
    journal::Event event;
    event.kind = journal::Kind::command;
    for (std::size_t i = 0; i < kEvents; ++i) narrator.heard(event);
    narrator.close();
    reader = std::thread([&] { lines = pipe.lines(); });
  }
  pipe.close_writer();
  reader.join();
  CHECK(told_by(lines) == kEvents);
}

}  // namespace app
