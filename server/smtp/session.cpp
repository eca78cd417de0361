// The session: see the header. Which verb may come when is in verbs.cpp, what is offered in
// extensions.cpp, what is said in healthy.cpp; here is how questions follow from lines, and how
// answers move the session on.
#include "smtp/session.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/credentials.hpp"
#include "smtp/healthy.hpp"
#include "smtp/inspect.hpp"
#include "smtp/octets.hpp"

namespace smtp {

namespace {

// Findings nobody takes: more than any driver that does its work sees.
constexpr std::size_t kMostFindings = 1000;

// The same mailbox has the same key: domains fold, and so does a postmaster without one (RFC
// 5321 2.4, 4.1.1.3).
std::uint64_t key_of(std::string_view address) {
  const bool bare = address.find('@') == std::string_view::npos;
  return std::hash<std::string>{}(bare ? base::to_lower(address) : base::fold_domain(address));
}

std::string shown(const Line& line) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
  auto text = masked(line.text);
  if (!std::all_of(text.begin(), text.end(), plain)) text = base::printable(text);
  if (line.too_long) text += "...";
  return text;
}

SyntaxError too_many_recipients() {
  return {.code = 452, .enhanced = "4.5.3", .text = "Too many recipients"};
}

}  // namespace

Session::Session(Profile profile) : profile_(std::move(profile)) {}

std::size_t Session::room() const {
  if (mode_ == Mode::data || mode_ == Mode::over) return kMaxData;
  return kMaxInput - std::min(kMaxInput, input_.rest().size());
}

void Session::received(std::string_view bytes) {
  assert(bytes.size() <= room());
  if (mode_ == Mode::over) return;
  if (mode_ == Mode::data) {
    // Nothing is held while data is awaited: the octets need not be copied.
    const auto before = bytes.size();
    feed(bytes);
    input_.passed(before - bytes.size());
  }
  if (!bytes.empty()) input_.append(bytes);
}

std::optional<Question> Session::next() {
  assert(!asked_);
  if (asked_ || mode_ == Mode::data || mode_ == Mode::over) return std::nullopt;
  if (mode_ == Mode::greeting) return ask_greeting();
  if (mode_ == Mode::data_ended) return ask_message();
  const auto line = input_.next();
  if (!line) return std::nullopt;
  return ask(*line);
}

Question Session::ask_greeting() {
  asked_ = true;
  effect_ = Effect::welcome;
  Question question;
  question.normal = greeting(profile_);
  return question;
}

Question Session::ask_message() {
  asked_ = true;
  effect_ = Effect::message;
  verb_ = Verb::unknown;
  if (findings_.size() < kMostFindings) {
    const EightBitUse use{.envelope = envelope_.smtputf8, .body = eight_bit_body_};
    inspect_message(scanner_.faults(), intake_, use, findings_);
  }
  Question question;
  question.stage = base::Stage::message;
  question.offset = data_offset_;
  question.message = intake_.finish();
  question.normal = question.message->over_size ? too_big(profile_) : message_taken(profile_);
  return question;
}

Question Session::ask(const Line& line) {
  const auto& row = row_of_line(line.text);
  asked_ = true;
  effect_ = Effect::none;
  verb_ = row.verb;
  // A client that does not wait for the reply to AUTH sends what it would say to a 334 as a line.
  if (row.verb != Verb::unknown) behind_auth_ = row.verb == Verb::auth;
  Question question;
  question.stage = row.stage.value_or(base::Stage::noop);
  question.offset = line.offset;
  // The reply to an unknown command names it, so what must not be shown is not parsed either.
  const bool unknown = row.verb == Verb::unknown;
  const std::string harmless = unknown ? (behind_auth_ ? "***" : masked(line.text)) : std::string();
  const std::string_view text = unknown ? std::string_view(harmless) : line.text;
  question.line = behind_auth_ && unknown ? harmless : shown(line);

  std::optional<SyntaxError> fault;
  auto command =
      line.too_long
          ? tl::unexpected(SyntaxError{.code = 500, .enhanced = "5.5.2", .text = "Line too long"})
          : parse_command(text);
  if (command) {
    question.command = std::move(*command);
  } else {
    fault = std::move(command.error());
    question.command.verb = row.verb;
    question.command.name =
        text.substr(0, row.spelling.empty() ? text.find(' ') : row.spelling.size());
  }
  const bool utf8 = row.verb == Verb::mail ? question.command.parameter("SMTPUTF8") != nullptr
                                           : envelope_.smtputf8;
  if (findings_.size() < kMostFindings) {
    inspect_line(line, {.envelope = utf8 && offers(offered_, "SMTPUTF8")}, findings_);
  }

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

std::optional<SyntaxError> Session::fault_of(const VerbRow& row, const Command& command) {
  if (auto fault = sequence_fault(row)) return fault;
  if (row.verb != Verb::mail && row.verb != Verb::rcpt) return std::nullopt;
  return envelope_fault(command);
}

std::optional<SyntaxError> Session::sequence_fault(const VerbRow& row) const {
  const auto text = sequence_error(row, progress_);
  if (text.empty()) return std::nullopt;
  if (row.verb == Verb::data && progress_ == Progress::sender && recipients_tried_) {
    return SyntaxError{.code = 554, .enhanced = "5.5.1", .text = "No valid recipients"};
  }
  return SyntaxError{.code = 503, .enhanced = "5.5.1", .text = std::string(text)};
}

// What is wrong with the parameters or the address of a MAIL or RCPT that is well-formed and in its
// place.
std::optional<SyntaxError> Session::envelope_fault(const Command& command) {
  if (auto fault = check_parameters(command, offered_)) {
    if (!fault->unoffered.empty()) {
      note(FindingKind::unoffered_extension, std::move(fault->unoffered));
    }
    return std::move(fault->reply);
  }
  const bool utf8 =
      command.verb == Verb::mail ? command.parameter("SMTPUTF8") != nullptr : envelope_.smtputf8;
  if (!utf8 && has_eight_bit(command.address)) {
    return SyntaxError{.code = 553, .enhanced = "5.6.7", .text = "Address needs SMTPUTF8"};
  }
  if (command.verb == Verb::rcpt && answered_.size() >= kMaxAnswered &&
      !answered_.contains(key_of(command.address))) {
    return too_many_recipients();
  }
  return std::nullopt;
}

void Session::refuse(Question& question, const SyntaxError& fault) {
  question.reaches_rules = false;
  // Replies to EHLO and HELO carry no enhanced code (RFC 2034 4).
  const bool hello = (verb_ == Verb::ehlo || verb_ == Verb::helo) && progress_ != Progress::refused;
  const auto enhanced = hello ? std::string_view() : std::string_view(fault.enhanced);
  question.normal = healthy_reply(profile_, fault.code, enhanced, fault.text);
  const bool in_place = sequence_error(row_of(verb_), progress_).empty();
  if (fault.code == 503) {
    const bool follows_mail = verb_ == Verb::rcpt || verb_ == Verb::data;
    question.behind_refused_mail = mail_refused_ && verb_ == Verb::rcpt;
    // Who pipelines MAIL, RCPT and DATA cannot know that MAIL was refused.
    const bool in_good_faith = mail_refused_ && follows_mail && offers(offered_, "PIPELINING");
    if (!in_good_faith) {
      note(FindingKind::bad_sequence, fmt::format("{} {}", fault.code, fault.text));
    }
  } else if (fault.code == 500 || fault.code == 501 || fault.code == 504 || fault.code == 555) {
    note(FindingKind::bad_syntax, fmt::format("{} {}", fault.code, fault.text));
  }
  if (verb_ == Verb::mail && in_place) mail_refused_ = true;
  if (verb_ == Verb::rcpt && in_place) recipients_tried_ = true;
}

void Session::admit(Question& question, const VerbRow& row) {
  question.normal = healthy_answer(profile_, row.verb);
  question.reaches_rules = row.stage.has_value() && progress_ != Progress::refused;
  if (!row.extension.empty()) {
    note(
        FindingKind::unoffered_extension,
        fmt::format("{} of {}, which was not offered", row.spelling, row.extension)
    );
  }
  switch (row.verb) {
    case Verb::ehlo:
    case Verb::helo:
      effect_ = Effect::introduce;
      pending_.argument = question.command.argument;
      return;
    case Verb::mail:
      effect_ = Effect::begin;
      pending_.address = question.command.address;
      pending_.parameters = question.command.parameters;
      if (const auto most = profile_.size.value_or(0);
          most > 0 && declared_size(question.command) > most) {
        question.normal = too_big(profile_);
      }
      return;
    case Verb::rcpt: return admit_recipient(question);
    case Verb::data: effect_ = Effect::data; return;
    case Verb::rset: effect_ = Effect::reset; return;
    case Verb::quit: effect_ = Effect::quit; return;
    case Verb::lhlo:
    case Verb::bdat:
    case Verb::noop:
    case Verb::vrfy:
    case Verb::expn:
    case Verb::help:
    case Verb::starttls:
    case Verb::auth:
    case Verb::etrn:
    case Verb::unknown: return;
  }
}

void Session::admit_recipient(Question& question) {
  effect_ = Effect::add;
  recipients_tried_ = true;
  pending_.address = question.command.address;
  pending_.parameters = question.command.parameters;
  pending_key_ = key_of(question.command.address);
  const auto known = answered_.find(pending_key_);
  question.repeated = known != answered_.end();
  const bool counted = question.repeated && known->second;
  if (!counted && envelope_.recipients.size() >= profile_.max_recipients) {
    const auto fault = too_many_recipients();
    question.normal = healthy_reply(profile_, fault.code, fault.enhanced, fault.text);
  }
}

void Session::answer(bool accepted) {
  assert(asked_);
  asked_ = false;
  note_hasty_input();
  switch (std::exchange(effect_, Effect::none)) {
    case Effect::none: break;
    case Effect::welcome:
      mode_ = Mode::commands;
      progress_ = accepted ? Progress::fresh : Progress::refused;
      break;
    case Effect::introduce:
      if (!accepted) break;
      reset_transaction();
      progress_ = Progress::introduced;
      envelope_.ehlo = pending_.argument;
      offered_ = verb_ == Verb::ehlo ? offered_by(profile_) : Offered();
      break;
    case Effect::begin:
      mail_refused_ = !accepted;
      if (accepted) begin_transaction();
      break;
    case Effect::add: add_recipient(accepted); break;
    case Effect::data:
      if (accepted) begin_data();
      break;
    case Effect::message:
      mode_ = Mode::commands;
      reset_transaction();
      break;
    case Effect::reset:
      if (accepted) reset_transaction();
      break;
    case Effect::quit:
      mode_ = Mode::over;
      input_ = LineBuffer();
      break;
  }
}

void Session::begin_transaction() {
  progress_ = Progress::sender;
  envelope_.has_sender = true;
  envelope_.sender = pending_.address;
  envelope_.declared_size = declared_size(pending_);
  envelope_.smtputf8 = pending_.parameter("SMTPUTF8") != nullptr;
  const auto* const body = pending_.parameter("BODY");
  eight_bit_body_ = body != nullptr && base::same_text(body->value, "8BITMIME");
  envelope_.mail_parameters = std::move(pending_.parameters);
}

void Session::add_recipient(bool accepted) {
  bool& known = answered_[pending_key_];
  // Once accepted an address stays so, whatever its repetition is told.
  if (!accepted || known) return;
  known = true;
  progress_ = Progress::recipients;
  envelope_.recipients.push_back(
      {.address = std::move(pending_.address), .parameters = std::move(pending_.parameters)}
  );
}

void Session::begin_data() {
  mode_ = Mode::data;
  data_offset_ = input_.offset();
  scanner_.begin(profile_.end_of_data);
  intake_.begin(capture_, profile_.size.value_or(0));
  // What came before the 354 is data all the same.
  auto bytes = input_.rest();
  const auto before = bytes.size();
  feed(bytes);
  input_.take(before - bytes.size());
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

void Session::reset_transaction() {
  progress_ = std::min(progress_, Progress::introduced);
  envelope_.has_sender = false;
  envelope_.sender.clear();
  envelope_.mail_parameters.clear();
  envelope_.declared_size = 0;
  envelope_.smtputf8 = false;
  envelope_.recipients.clear();
  eight_bit_body_ = mail_refused_ = recipients_tried_ = false;
  answered_.clear();
  if (next_profile_) profile_ = *std::exchange(next_profile_, std::nullopt);
}

void Session::use(Profile profile) {
  if (progress_ <= Progress::introduced) {
    profile_ = std::move(profile);
  } else {
    next_profile_ = std::move(profile);
  }
}

// Input that is already there when a question is answered was sent without waiting for that answer.
void Session::note_hasty_input() {
  const auto octets = input_.rest().size();
  if (octets == 0) return;
  const auto& row = row_of(verb_);
  if (mode_ == Mode::greeting) {
    note(FindingKind::early_talker, fmt::format("{} octets before the greeting", octets));
  } else if (row.group == InGroup::last) {
    note(
        FindingKind::illegal_pipelining,
        fmt::format("{} octets behind {} before its reply", octets, row.spelling)
    );
  } else if (!offers(offered_, "PIPELINING")) {
    note(
        FindingKind::unoffered_pipelining,
        fmt::format("{} octets before the reply to the last command", octets)
    );
  }
}

void Session::note(FindingKind kind, std::string detail) {
  if (findings_.size() < kMostFindings) findings_.push_back({kind, std::move(detail)});
}

std::vector<Finding> Session::take_findings() {
  return std::exchange(findings_, {});
}

std::uint64_t Session::data_octets() const {
  return mode_ == Mode::data || mode_ == Mode::data_ended ? intake_.size() : 0;
}

}  // namespace smtp
