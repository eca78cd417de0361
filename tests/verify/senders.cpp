// Synthetic senders: see the header.
#include "senders.hpp"

#include <ostream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/parse.hpp"
#include "journal/file.hpp"
#include "journal/json.hpp"
#include "support/catch.hpp"

namespace verify::testing {

namespace {

constexpr base::WallTime kWall{std::chrono::seconds(1'769'860'800)};  // 2026-01-31 12:00 UTC

Verdict verdict_of(
    const journal::Account& account, const journal::Moment& at, bool over, const Expectation& wanted
) {
  const Timeline timeline(account, {.at = at.at, .judge = at.judge, .over = over});
  return wanted.check->judge(timeline, wanted.params);
}

// The same past as a file, read back.
journal::Account read_back(const Past& past) {
  std::string text = journal::to_json_line(journal::run_event("test"), kWall);
  for (const auto& event : past) text += journal::to_json_line(event, kWall);
  std::istringstream in(text);
  auto file = journal::read_journal(in, "test.ndjson");
  if (!file.ok()) throw std::logic_error(base::to_string(file.diagnostics.front()));
  return std::move(file.value->receivers.at("default"));
}

// "250" of the last whole line.
int code_of(std::string_view replies) {
  if (!replies.ends_with("\r\n")) return 0;
  replies.remove_suffix(2);
  const auto start = replies.rfind('\n');
  const auto line = start == std::string_view::npos ? replies : replies.substr(start + 1);
  const bool whole = line.size() >= 3 && (line.size() == 3 || line[3] == ' ');
  return whole ? std::stoi(std::string(line.substr(0, 3))) : 0;
}

bool positive(int code) {
  return code >= 200 && code < 400;
}

}  // namespace

std::string Answer::text() const {
  return fmt::format("{}: {}", name_of(verdict.value), verdict.observed);
}

bool operator==(const Answer& answer, std::string_view pattern) {
  if (pattern.find(':') == std::string_view::npos) return name_of(answer.verdict.value) == pattern;
  return base::glob_matches(pattern, answer.text());
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.text();
}

std::vector<Expectation> expectations(std::string_view toml) {
  document::Diagnostics sink("expect.toml");
  const auto root = document::parse_toml(toml, sink);
  std::vector<Expectation> read;
  if (root && root->find("expect") != nullptr) {
    read = read_expectations(*root->find("expect"), "[[expect]]", sink);
  }
  std::string wrong;
  for (const auto& found : sink.take()) wrong += base::to_string(found) + "\n";
  if (!wrong.empty()) throw std::invalid_argument(wrong);
  return read;
}

Expectation expectation(std::string_view check, std::string_view keys) {
  return expectations(fmt::format("[[expect]]\ncheck = '{}'\n{}\n", check, keys)).at(0);
}

Answer judged(const Past& past, std::string_view check, std::string_view keys, bool over) {
  journal::Account account;
  for (const auto& event : past) account.add(event);
  return {verdict_of(account, account.marks.last(), over, expectation(check, keys))};
}

Past with_envid(Past past, std::string_view envid) {
  for (auto& event : past) {
    const bool mail = event.kind == journal::Kind::command && event.stage == base::Stage::mail;
    if (mail) event.parameters.emplace_back("ENVID", envid);
  }
  return past;
}

Past World::past() {
  receiver_.receiver().observed(receiver_.now(), base::Duration(0));
  Past past;
  for (const auto& event : receiver_.events()) past.push_back(*event);
  return past;
}

Answer World::judged(std::string_view check, std::string_view keys) {
  const Expectation wanted = expectation(check, keys);
  const Past all = past();
  Verdict live;
  receiver_.receiver().look([&](const journal::Account& account) {
    live = verdict_of(account, account.marks.last(), true, wanted);
  });
  const journal::Account account = read_back(all);
  const Verdict offline = verdict_of(account, account.marks.last(), true, wanted);
  CHECK(name_of(live.value) == name_of(offline.value));
  CHECK(live.observed == offline.observed);
  CHECK(live.evidence == offline.evidence);
  return {std::move(live)};
}

Answer World::so_far(std::string_view check, std::string_view keys) {
  const Expectation wanted = expectation(check, keys);
  Verdict verdict;
  receiver_.receiver().look(
      receiver_.now(),
      [&](const journal::Account& account, const journal::Moment& moment) {
        verdict = verdict_of(account, moment, false, wanted);
      }
  );
  return {std::move(verdict)};
}

Line::Line(World& world, const Habits& habits)
    : world_(world), habits_(habits), client_(world.receiver().connect(habits.client)) {}

int Line::say(std::string_view line) {
  world_.wait(std::chrono::milliseconds(1));
  if (!open()) return 0;
  static_cast<void>(client_->take());
  std::string replies = client_->send(std::string(line) + "\r\n");
  if (const int code = code_of(replies)) return code;
  return await();
}

int Line::starttls(std::string_view refusal) {
  client_->refuse_tls(std::string(refusal));
  return say("STARTTLS");
}

int Line::await() {
  constexpr auto kStep = std::chrono::milliseconds(10);
  std::string replies;
  for (base::Duration waited{0};; waited += kStep) {
    replies += client_->take();
    if (const int code = code_of(replies)) return code;
    if (!open()) return 0;
    if (waited >= habits_.patience) break;
    world_.wait(kStep);
  }
  leave(Goodbye::fin);
  return 0;
}

int Line::hello() {
  if (habits_.helo_only) return say("HELO client.test");
  const int code = say("EHLO client.test");
  return positive(code) || code == 0 ? code : say("HELO client.test");
}

int Line::mail(const Mail& mail) {
  return say("MAIL FROM:<" + mail.from + ">");
}

int Line::body(const Mail& mail) {
  const std::string id = mail.id.empty() ? "" : "Message-ID: " + mail.id + "\r\n";
  return say("Subject: hi\r\n" + id + "\r\nhi\r\n.");
}

void Line::leave(Goodbye how) {
  switch (how) {
    case Goodbye::quit: say("QUIT"); return;
    case Goodbye::fin: client_->leave(receiver::Left::orderly); return;
    case Goodbye::reset: client_->leave(receiver::Left::reset); return;
  }
}

int Sender::attempt(const Mail& mail) {
  Line line(world_, habits_);
  const auto failed = [&](int code) {
    line.leave(habits_.after_failure);
    return code;
  };
  if (const int code = line.greeting(); !positive(code)) return failed(code);
  if (const int code = line.hello(); !positive(code)) return failed(code);
  if (const int code = line.mail(mail); !positive(code)) return failed(code);
  int taken = 0;
  int refused = 0;
  for (const auto& to : mail.to) {
    const int code = line.rcpt(to);
    (positive(code) ? taken : refused) = code;
  }
  if (!positive(taken)) return failed(refused);
  if (const int code = line.data(); code != 354) return failed(code);
  const int code = line.body(mail);
  if (!positive(code)) return failed(code);
  line.leave(habits_.goodbye);
  return code;
}

int Sender::deliver(const Mail& mail, std::initializer_list<base::Duration> waits) {
  int code = attempt(mail);
  for (const auto wait : waits) {
    if (positive(code) || code >= 500) break;
    world_.wait(wait);
    code = attempt(mail);
  }
  return code;
}

int Sender::insist(const Mail& mail, std::initializer_list<base::Duration> waits) {
  int code = attempt(mail);
  for (const auto wait : waits) {
    world_.wait(wait);
    code = attempt(mail);
  }
  return code;
}

std::string rule(std::string_view keys) {
  return fmt::format("name = 't'\n[[rule]]\nname = 'the rule'\n{}\n", keys);
}

std::string deferring(int times, std::string_view code) {
  return rule(fmt::format("at = 'rcpt'\ntimes = {}\nreply = '{} not now'", times, code));
}

std::string refusing(std::string_view code) {
  return rule(fmt::format("at = 'rcpt'\nreply = '{} no'", code));
}

}  // namespace verify::testing
