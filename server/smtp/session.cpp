// The session's flow: how questions follow from input. What speaks against a command is in
// admission.cpp, AUTH in login.cpp, what answers change in progress.cpp. Which verb may come when
// is in verbs.cpp, what is offered in extensions.cpp, what is said in healthy.cpp.
#include "smtp/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.hpp"
#include "smtp/credentials.hpp"
#include "smtp/healthy.hpp"
#include "smtp/inspect.hpp"

namespace smtp {

namespace {

std::string shown(const Line& line) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
  auto text = masked(line.text);
  if (!std::all_of(text.begin(), text.end(), plain)) text = base::printable(text);
  if (line.too_long) text += "...";
  return text;
}

}  // namespace

Session::Session(Profile profile) : profile_(std::move(profile)) {}

std::size_t Session::room() const {
  if (in_data() || mode_ == Mode::over) return kMaxData;
  if (mode_ == Mode::before_tls || mode_ == Mode::tls) return 0;
  return kMaxInput - std::min(kMaxInput, input_.rest().size());
}

void Session::received(std::string_view bytes) {
  assert(bytes.size() <= room());
  if (mode_ == Mode::over) return;
  if (in_data()) {
    // Nothing is held while data is awaited: the octets need not be copied.
    const auto before = bytes.size();
    if (mode_ == Mode::data) {
      feed(bytes);
    } else {
      feed_chunk(bytes);
    }
    input_.passed(before - bytes.size());
  }
  if (!bytes.empty()) input_.append(bytes);
}

std::optional<Question> Session::next() {
  assert(!asked_);
  if (asked_) return std::nullopt;
  switch (mode_) {
    case Mode::data:
    case Mode::chunk:
    case Mode::tls:
    case Mode::over: return std::nullopt;
    case Mode::before_tls: return ask_handshake();
    case Mode::greeting: return ask_greeting();
    case Mode::chunk_ended: return ask_chunk();
    case Mode::data_ended: return ask_message();
    case Mode::commands: break;
  }
  return ask_next_line();
}

std::optional<Question> Session::ask_next_line() {
  if (exchange_) {
    const auto line = input_.next(AuthExchange::kLongestLine);
    return line ? std::optional(ask_response(*line)) : std::nullopt;
  }
  const auto line = input_.next();
  if (!line) return std::nullopt;
  if (row_of_line(line->text).verb != Verb::bdat || !expect_chunk(*line)) return ask(*line);
  if (mode_ == Mode::chunk) return std::nullopt;
  return ask_chunk();
}

// What is said before a handshake would break it, so a healthy server says nothing.
Question Session::ask_handshake() {
  asked_ = true;
  effect_ = Effect::secure;
  verb_ = Verb::starttls;
  Question question;
  question.stage = base::Stage::starttls;
  question.command.verb = Verb::starttls;
  question.normal.code = 220;
  return question;
}

Question Session::ask_greeting() {
  asked_ = true;
  effect_ = Effect::welcome;
  Question question;
  question.normal = greeting(profile_);
  return question;
}

// In LMTP each recipient has a question of its own.
Question Session::ask_message() {
  asked_ = true;
  effect_ = Effect::message;
  verb_ = Verb::unknown;
  if (!message_) end_message();
  Question question;
  question.stage = base::Stage::message;
  question.offset = data_offset_;
  question.message = message_;
  if (profile_.protocol == Protocol::lmtp) {
    question.recipient = told_;
    question.repeated = envelope_.recipients[told_].again;
  }
  question.normal = message_->over_size ? too_big(profile_) : message_taken(profile_);
  return question;
}

void Session::end_message() {
  message_ = intake_.finish();
  if (findings_.size() >= kMostFindings) return;
  const EightBitUse use{
      .envelope = envelope_.smtputf8, .body = eight_bit_body_, .binary = binary_body_};
  inspect_message(scanner_.faults(), intake_, use, findings_);
  inspect_content(*message_, envelope_.declared_size, findings_);
}

Question Session::ask(const Line& line) {
  const auto& row = row_of_line(line.text);
  asked_ = true;
  effect_ = Effect::none;
  verb_ = row.verb;
  // A client that does not wait for the reply to AUTH sends what it would say to a 334 as a line.
  // NOOP and its like do not end that.
  const bool goes_on = row.verb == Verb::unknown || row.verb == Verb::noop ||
                       row.verb == Verb::rset || row.verb == Verb::help;
  if (!goes_on) behind_auth_ = row.verb == Verb::auth;
  Question question;
  question.stage = row.stage.value_or(base::Stage::noop);
  question.offset = line.offset;
  auto fault = read_command(line, row, question);
  const bool utf8 = envelope_.smtputf8 || asks_for_utf8(question.command);
  if (findings_.size() < kMostFindings) {
    inspect_line(line, {.envelope = utf8 && offers(offered_, "SMTPUTF8")}, findings_);
  }
  if (row.verb == Verb::auth) begin_login(question);

  // A refused greeting outdoes everything; otherwise syntax comes before sequence.
  if (!fault || progress_ == Progress::refused) {
    if (auto other = fault_of(row, question.command)) fault = std::move(other);
  }
  if (fault) {
    refuse(question, *fault);
  } else {
    admit(question, row);
  }
  return question;
}

// Puts what the line says into the question; what is wrong with it, if anything.
std::optional<SyntaxError> Session::read_command(
    const Line& line, const VerbRow& row, Question& question
) {
  // The reply to an unknown command names it, so what must not be shown is not parsed either.
  const bool unknown = row.verb == Verb::unknown;
  const std::string harmless = unknown ? (behind_auth_ ? "***" : masked(line.text)) : std::string();
  const std::string_view text = unknown ? std::string_view(harmless) : line.text;
  question.line = behind_auth_ && unknown ? harmless : shown(line);
  auto command =
      line.too_long
          ? tl::unexpected(SyntaxError{.code = 500, .enhanced = "5.5.2", .text = "Line too long"})
          : parse_command(text);
  if (command) {
    question.command = std::move(*command);
    return protocol_fault(row.verb);
  }
  question.command.verb = row.verb;
  question.command.name =
      text.substr(0, row.spelling.empty() ? text.find(' ') : row.spelling.size());
  return std::move(command.error());
}

// Takes data off the front of `bytes`, up to its end if that is there.
void Session::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    const auto piece = scanner_.scan(bytes);
    if (!piece.content.empty()) intake_.add(piece.content);
    if (!piece.ended) continue;
    mode_ = Mode::data_ended;
    return;
  }
}

void Session::note(FindingKind kind, std::string detail) {
  if (findings_.size() < kMostFindings) findings_.push_back({kind, std::move(detail)});
}

std::vector<Finding> Session::take_findings() {
  return std::exchange(findings_, {});
}

std::uint64_t Session::data_octets() const {
  const bool begun = mode_ == Mode::data || mode_ == Mode::data_ended || chunks_ == Chunks::open ||
                     (arriving_ && arriving_->kept);
  return begun ? intake_.size() : 0;
}

}  // namespace smtp
