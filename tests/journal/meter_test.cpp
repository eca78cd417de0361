// Figures from events: what is counted, how times fall into buckets, and that labels stay bounded.
#include "journal/meter.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;

namespace journal {

namespace {

Event event(Kind kind, std::uint64_t connection, base::Micros at) {
  Event out;
  out.kind = kind;
  out.connection = connection;
  out.at = at;
  return out;
}

Event command(std::string line, base::Micros at) {
  auto out = event(Kind::command, 1, at);
  out.text = std::move(line);
  return out;
}

Event reply(std::uint16_t code, std::string enhanced, base::Micros at) {
  auto out = event(Kind::reply, 1, at);
  out.code = code;
  out.enhanced = std::move(enhanced);
  return out;
}

std::uint64_t commands(const Meter& meter, std::string_view verb) {
  for (std::size_t i = 0; i < Meter::kVerbs.size(); ++i) {
    if (Meter::kVerbs[i] == verb) return meter.figures().commands[i];
  }
  return 0;
}

}  // namespace

TEST_CASE("commands are counted by verb, and what is no verb together") {
  Meter meter;
  for (const auto* line : {"MAIL FROM:<a@b.test>", "mail from:<>", "DATA", "XYZZY", "other", ""}) {
    meter.add(command(line, 0us));
  }
  CHECK(commands(meter, "MAIL") == 2);
  CHECK(commands(meter, "DATA") == 1);
  CHECK(commands(meter, "other") == 3);
}

TEST_CASE("a reply's time is that since its command, or since the connection began") {
  Meter meter;
  meter.add(event(Kind::connected, 1, 1s));
  meter.add(reply(220, "", 1s + 2ms));
  meter.add(command("EHLO a.test", 2s));
  meter.add(reply(250, "", 2s));
  meter.add(event(Kind::message, 1, 5s));
  meter.add(reply(250, "2.0.0", 7s));
  meter.add(reply(421, "4.3.2", 9s));  // answers nothing
  auto ended = event(Kind::ended, 1, 11s);
  ended.count = 1000;
  meter.add(ended);
  const auto& figures = meter.figures();
  CHECK(figures.reply.counts()[0] == 1);  // up to 1 ms
  CHECK(figures.reply.counts()[1] == 1);  // up to 5 ms
  CHECK(figures.reply.counts()[7] == 1);  // up to 5 s
  CHECK(figures.reply.sum() == 2.002);
  CHECK(figures.connection.counts()[8] == 1);  // exactly 10 s: up to that
  CHECK(figures.connections == 1);
  CHECK(figures.open == 0);
  CHECK(figures.octets == 1000);
}

TEST_CASE("pairs of codes are bounded, and what is beyond is counted together") {
  Meter meter;
  for (int i = 0; i < 300; ++i) meter.add(reply(250, "2.0." + std::to_string(i), 0us));
  meter.add(reply(250, "2.0.7", 0us));
  meter.add(reply(199, "", 0us));
  meter.add(reply(600, "", 0us));
  const auto& replies = meter.figures().replies;
  CHECK(replies.size() == Meter::kPairs + 1);
  CHECK(replies.at({250, "2.0.7"}) == 2);
  CHECK(replies.at({Meter::kOther, ""}) == 100 + 2);
}

TEST_CASE("a reset begins all anew but for what is open") {
  Meter meter;
  meter.add(event(Kind::connected, 1, 0s));
  meter.add(command("NOOP", 1s));
  meter.add(event(Kind::reset, 0, 2s));
  CHECK(meter.figures().connections == 0);
  CHECK(commands(meter, "NOOP") == 0);
  CHECK(meter.figures().open == 1);
  meter.add(event(Kind::ended, 1, 3s));
  CHECK(meter.figures().open == 0);
  meter.add(event(Kind::ended, 9, 3s));
  CHECK(meter.figures().open == 0);
}

}  // namespace journal
