// TABLE of trigger words, and their compilation to rules: see the header.
#include "scenario/triggers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace scenario {

namespace {

constexpr std::uint64_t kMostTimes = 1'000'000;
constexpr base::Duration kLongestDelay = std::chrono::hours(1);

// What an address asks for, apart from its place in a rule.
struct Wish {
  base::Stage stage = base::Stage::rcpt;
  std::vector<Step> steps{};
  bool decides = true;
  std::optional<std::uint64_t> times{};
};

using Words = base::Result<Wish>;

struct WordRow {
  std::string_view word;  // before the first '-'
  std::string_view form;
  std::string_view doc;
  Words (*compile)(std::string_view argument);
};

base::Result<base::Stage> stage_of(std::string_view argument) {
  for (const auto stage : {base::Stage::rcpt, base::Stage::data, base::Stage::message}) {
    if (argument == base::name_of(stage)) return stage;
  }
  return base::failure(
      fmt::format("'{}' is no stage of a trigger", base::printable(argument, 40)),
      "use rcpt, data or message"
  );
}

Words ending(std::string_view argument, wire::Op::Kind kind) {
  const auto stage = stage_of(argument);
  if (!stage) return tl::unexpected(stage.error());
  return Wish{.stage = *stage, .steps = {{.kind = Step::Kind::op, .op = {.kind = kind}}}};
}

Words drop(std::string_view argument) {
  return ending(argument, wire::Op::Kind::close);
}

Words reset(std::string_view argument) {
  return ending(argument, wire::Op::Kind::reset);
}

Words stall(std::string_view argument) {
  return ending(argument, wire::Op::Kind::stall);
}

Words delay(std::string_view argument) {
  const auto time = base::parse_duration(argument);
  if (!time) return tl::unexpected(time.error());
  if (*time > kLongestDelay) {
    return base::failure("a trigger delays by at most 1h");
  }
  wire::Op wait{.kind = wire::Op::Kind::wait, .time = {*time, *time}};
  return Wish{.steps = {{.kind = Step::Kind::op, .op = std::move(wait)}}, .decides = false};
}

Words bounce(std::string_view) {
  return base::failure("bounces are not supported by this version");
}

// clang-format off
constexpr std::array<WordRow, 5> kWords{{
    {"drop", "drop-STAGE", "the connection is closed at rcpt, data or message, without a reply", drop},
    {"reset", "reset-STAGE", "it is reset there", reset},
    {"stall", "stall-STAGE", "nothing is sent from there on", stall},
    {"delay", "delay-DURATION", "the reply to RCPT comes so much later: delay-5s", delay},
    {"bounce", "bounce-...", "a bounce after acceptance; not in this version", bounce},
}};

// clang-format on

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Three digits, then nothing, '-' or 'x': somebody means a reply code. So does who begins like a
// refusal, whatever follows.
bool looks_like_code(std::string_view word) {
  if (word.size() < 3 || !std::all_of(word.begin(), word.begin() + 3, is_digit)) return false;
  if (word[0] == '4' || word[0] == '5') return true;
  return word.size() == 3 || word[3] == '-' || word[3] == 'x';
}

// "4.3.1": class 4 or 5, subject and detail of one to three digits (RFC 3463 2).
bool is_enhanced(std::string_view text) {
  if (text.size() < 5 || (text[0] != '4' && text[0] != '5') || text[1] != '.') return false;
  const auto rest = text.substr(2);
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) return false;
  const auto is_part = [](std::string_view part) {
    return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), is_digit);
  };
  return is_part(rest.substr(0, dot)) && is_part(rest.substr(dot + 1));
}

// "452-4.3.1x2": code, enhanced code, how often.
Words compile_code(std::string_view word) {
  Wish wish;
  std::string_view enhanced;
  if (word[0] != '4' && word[0] != '5') {
    return base::failure(fmt::format("{} refuses nothing", word.substr(0, 3)), "use 4yz or 5yz");
  }
  std::string_view rest = word.substr(3);
  if (!rest.empty() && rest[0] != '-' && rest[0] != 'x') {
    return base::failure(
        fmt::format("'{}' follows {}", base::printable(rest, 40), word.substr(0, 3)),
        "write 452, 452-4.3.1 or 452x2"
    );
  }
  const auto x = rest.find('x');
  if (x != std::string_view::npos) {
    const auto count = rest.substr(x + 1);
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), n);
    if (error != std::errc{} || end != count.data() + count.size() || n < 1 || n > kMostTimes) {
      return base::failure(fmt::format("'x{}' is no count", base::printable(count, 40)));
    }
    wish.times = n;
    rest = rest.substr(0, x);
  }
  if (!rest.empty()) {
    enhanced = rest.substr(1);
    if (!is_enhanced(enhanced)) {
      return base::failure(
          fmt::format("'{}' is no enhanced code", base::printable(enhanced, 40)), "write 4.3.1"
      );
    }
  }
  const auto text = fmt::format(
      "{}{}{} As this address asks for", word.substr(0, 3), enhanced.empty() ? "" : " ", enhanced
  );
  auto reply = smtp::parse_reply(std::array{text});
  if (!reply) return tl::unexpected(reply.error());
  wish.steps.push_back({.kind = Step::Kind::reply, .replies = {std::move(*reply)}});
  return wish;
}

// The word of an address; empty: it has none.
std::string_view word_of(std::string_view recipient) {
  const auto at = recipient.rfind('@');
  const auto local = recipient.substr(0, at);
  const auto plus = local.rfind('+');
  return plus == std::string_view::npos ? std::string_view{} : local.substr(plus + 1);
}

// nullopt: an ordinary address. A word no table knows is near only if it is a misspelt one.
std::optional<Words> compile_word(std::string_view word) {
  if (looks_like_code(word)) return compile_code(word);
  const auto dash = word.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto name = word.substr(0, dash);
  std::vector<std::string_view> names;
  for (const auto& row : kWords) {
    if (row.word == name) return row.compile(word.substr(dash + 1));
    names.push_back(row.word);
  }
  const auto meant = name.size() < 20 ? base::nearest(name, names) : std::nullopt;
  if (!meant) return std::nullopt;
  return base::failure(
      fmt::format("unknown trigger '{}'", base::printable(name, 40)),
      fmt::format("did you mean '{}'?", *meant)
  );
}

}  // namespace

Trigger trigger_of(std::string_view recipient, base::Stage stage) {
  Trigger trigger;
  const auto word = word_of(recipient);
  if (word.empty()) return trigger;
  auto wish = compile_word(word);
  if (!wish) return trigger;
  trigger.name = fmt::format("+{}", base::printable(word, 80));
  if (!wish->has_value()) {
    const auto& error = wish->error();
    trigger.near = fmt::format("'{}' is not obeyed: {}", trigger.name, error.message);
    if (!error.hint.empty()) trigger.near += "; " + error.hint;
    return trigger;
  }
  if ((*wish)->stage != stage) return trigger;
  auto rule = std::make_shared<Rule>();
  rule->name = trigger.name;
  rule->stage = stage;
  rule->times = (*wish)->times;
  rule->steps = std::move((*wish)->steps);
  rule->decides = (*wish)->decides;
  trigger.rule = std::move(rule);
  return trigger;
}

std::string triggers_reference() {
  std::string out =
      "| after the last + | what happens |\n| --- | --- |\n"
      "| `CODE[-ENHANCED][xN]` | RCPT gets this 4yz or 5yz reply, with xN only N times per "
      "delivery: "
      "`452-4.3.1`, `451-4.3.2x2` |\n";
  for (const auto& row : kWords) out += fmt::format("| `{}` | {} |\n", row.form, row.doc);
  return out;
}

}  // namespace scenario
