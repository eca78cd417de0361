#include "journal/history.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "journal/json.hpp"

namespace journal::testing {

namespace {

constexpr std::string_view kReceiver = "mx";

std::vector<std::string> split(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string word_or(const std::vector<std::string>& words, std::size_t i, std::string_view other) {
  return i < words.size() ? words[i] : std::string(other);
}

std::string_view healthy_code(base::Stage stage) {
  if (stage == base::Stage::connect || stage == base::Stage::starttls) return "220";
  return stage == base::Stage::data ? "354" : "250";
}

}  // namespace

void History::play(std::initializer_list<std::string_view> steps) {
  for (const std::string_view each : steps) step(each);
}

void History::add(Event event) {
  event.seq = ++seq_;
  event.at = now_;
  event.judge = now_;
  event.receiver = base::Name(kReceiver);
  if (event.connection == 0 && event.kind != Kind::receiver) {
    event.connection = connections_.try_emplace(letter_, last_connection_ + 1).first->second;
    last_connection_ = std::max(last_connection_, event.connection);
  }
  deliveries.add(event);
  events.push_back(std::move(event));
}

void History::setup(Setup value) {
  Event event{.kind = Kind::receiver};
  event.setup = std::make_shared<const Setup>(std::move(value));
  add(std::move(event));
}

void History::reply(std::optional<base::Stage> stage, std::string_view code) {
  if (code == "-") return;
  now_ += std::chrono::milliseconds(1);
  Event event{.kind = Kind::reply};
  event.stage = stage;
  event.code = static_cast<std::uint16_t>(std::stoi(std::string(code)));
  event.text = fmt::format("{} text", code);
  add(std::move(event));
}

void History::command(base::Stage stage, const std::vector<std::string>& words) {
  Event event{.kind = Kind::command};
  event.stage = stage;
  event.began = now_;
  event.flag = words.front().back() == '!';
  const bool named = stage == base::Stage::mail || stage == base::Stage::rcpt;
  if (named) {
    event.subject = words.at(1);
    if (event.subject.back() == '!') {
      event.flag = true;
      event.subject.pop_back();
    }
    if (event.subject == "<>") event.subject.clear();
    if (words.size() > 3) event.parameters.emplace_back("ENVID", words[3]);
  }
  add(std::move(event));
  reply(stage, word_or(words, named ? 2 : 1, healthy_code(stage)));
}

void History::body(const std::string& id) {
  Event event{.kind = Kind::message};
  event.stage = base::Stage::message;
  event.message = std::make_shared<const MessageFacts>(MessageFacts{
      .size = 100, .message_id = id == "-" ? "" : id, .body_hash = "xxh3:0", .key_fields = {}});
  add(std::move(event));
}

void History::end(Ending ending, bool held) {
  Event event{.kind = Kind::ended};
  event.ending = ending;
  event.held = held;
  add(std::move(event));
  connections_.erase(letter_);
}

void History::connect(const std::vector<std::string>& words) {
  if (words.front() == "connect" && connections_.count(letter_) > 0) end(Ending::client_reset);
  connections_[letter_] = ++last_connection_;
  Event event{.kind = Kind::connected};
  if (words.front() == "joined") {
    event.began = now_ - std::chrono::seconds(std::stoi(words.at(1)));
    return add(std::move(event));
  }
  event.subject = "192.0.2.1";
  if (words.front() == "carried") {
    event.flag = true;
    if (words.size() > 1) event.parameters.emplace_back("tls", words[1]);
    return add(std::move(event));
  }
  add(std::move(event));
  reply(base::Stage::connect, word_or(words, 1, "220"));
}

void History::shake_hands(std::string_view how) {
  Event event{.kind = Kind::tls};
  event.stage = base::Stage::starttls;
  event.flag = how != "tls";
  event.held = how == "tls-broken";
  add(std::move(event));
}

void History::step(std::string_view text) {
  now_ += std::chrono::milliseconds(10);
  std::vector<std::string> words = split(text);
  letter_ = 'A';
  if (words.front().size() == 1) {
    letter_ = words.front().front();
    words.erase(words.begin());
  }
  const std::string& what = words.front();
  if (what == "connect" || what == "joined" || what == "carried") return connect(words);
  if (what.substr(0, 3) == "tls") return shake_hands(what);
  if (what == "passed") return add({.kind = Kind::passed});
  if (what == "quit") {
    command(base::Stage::quit, {"quit", "221"});
    return end(Ending::quit);
  }
  if (what == "over") return end(Ending::quit);
  if (what == "bye") return command(base::Stage::quit, words);
  const std::string_view verb = std::string_view(what).substr(0, what.find('!'));
  if (const auto stage = base::stage_named(verb); stage && *stage != base::Stage::message) {
    return command(*stage, words);
  }
  if (what == "body") return body(words.at(1));
  if (what == "store") return add({.kind = Kind::stored});
  if (what == "answer") return reply(base::Stage::message, words.at(1));
  if (what == "message") {
    const std::string code = word_or(words, 2, "250");
    body(words.at(1));
    if (code.front() == '2') add({.kind = Kind::stored});
    return reply(base::Stage::message, code);
  }
  if (what == "say") return reply(std::nullopt, words.at(1));
  if (what == "sent") return add({.kind = Kind::sent});
  if (what == "cut") return add({.kind = Kind::cut});
  if (what == "fired") {
    Event event{.kind = Kind::fired};
    event.rule = base::Name(words.at(1));
    event.nth = 3;
    return add(std::move(event));
  }
  if (what == "left") return end(Ending::client_left);
  if (what == "left-held") return end(Ending::client_left, true);
  if (what == "client-reset") return end(Ending::client_reset);
  if (what.front() == '+') {
    now_ += std::chrono::seconds(std::stoi(what));
    return;
  }
  const auto ending = ending_named(what);
  if (!ending) throw std::invalid_argument("no such step: " + std::string(text));
  end(*ending);
}

std::vector<std::string> History::attempts() const {
  std::vector<std::string> out;
  for (const Attempt& attempt : deliveries.attempts(0, 1000)) {
    out.push_back(fmt::format(
        "{} {} {}{}{}{}",
        name_of(attempt.scope),
        base::name_of(attempt.stage),
        name_of(attempt.outcome),
        attempt.code == 0 ? "" : fmt::format(" {}", attempt.code),
        attempt.stored ? " +" : "",
        attempt.ambiguous_end ? " ?" : ""
    ));
  }
  return out;
}

std::vector<std::string> History::delivered() const {
  std::vector<std::string> out;
  for (const Delivery& delivery : deliveries.deliveries(0, 1000)) {
    out.push_back(fmt::format(
        "{} {} {} {}{}{}",
        delivery.sender.empty() ? "<>" : delivery.sender,
        delivery.recipient,
        name_of(delivery.state),
        fmt::join(delivery.attempts, ","),
        delivery.copies > 1 ? fmt::format(" x{}", delivery.copies) : "",
        delivery.ambiguous ? " ?" : ""
    ));
  }
  return out;
}

std::string History::everything(const Deliveries& deliveries) {
  std::string out;
  constexpr base::WallTime start{};
  for (const Attempt& attempt : deliveries.attempts(0, 100'000)) {
    append_json(out, attempt, start);
    out += '\n';
  }
  for (const Delivery& delivery : deliveries.deliveries(0, 100'000)) {
    append_json(out, delivery, kReceiver, deliveries, start);
    out += '\n';
  }
  const Deliveries::Counts& counts = deliveries.counts();
  out += fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {}\n",
      counts.connections,
      counts.messages,
      counts.stored,
      counts.refused,
      counts.attempts,
      counts.accepted,
      counts.deferred,
      counts.rejected,
      counts.lost,
      counts.abandoned,
      deliveries.dropped()
  );
  return out;
}

}  // namespace journal::testing
