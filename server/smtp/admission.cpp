// What the session lets a command do: what speaks against it, and what a healthy server says.
#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/healthy.hpp"
#include "smtp/octets.hpp"
#include "smtp/session.hpp"

namespace smtp {

namespace {

// The same mailbox has the same key: domains fold, and so does a postmaster without one (RFC
// 5321 2.4, 4.1.1.3).
std::uint64_t key_of(std::string_view address) {
  const bool bare = address.find('@') == std::string_view::npos;
  return std::hash<std::string>{}(bare ? base::to_lower(address) : base::fold_domain(address));
}

SyntaxError too_many_recipients() {
  return {.code = 452, .enhanced = "4.5.3", .text = "Too many recipients"};
}

}  // namespace

std::optional<SyntaxError> Session::fault_of(const VerbRow& row, const Command& command) {
  // Only a greeting that was refused outdoes the demand for TLS.
  const bool in_the_clear = profile_.starttls == StartTls::required && !secure_;
  if (in_the_clear && row.in_clear == InClear::guarded && progress_ != Progress::refused) {
    return SyntaxError{
        .code = 530, .enhanced = "5.7.0", .text = "Must issue a STARTTLS command first"};
  }
  // What is not served at all has no place in the sequence.
  const bool offered = row.extension.empty() || offers(offered_, row.extension);
  if (offered || progress_ == Progress::refused) {
    if (auto fault = sequence_fault(row)) return fault;
    if (auto fault = chunk_fault(row.verb)) return fault;
  }
  if (row.verb == Verb::starttls) return starttls_fault();
  if (row.verb == Verb::auth) return login_fault();
  if (row.verb == Verb::vrfy) return verify_fault(command);
  if (row.verb != Verb::mail && row.verb != Verb::rcpt) return std::nullopt;
  return envelope_fault(command);
}

// A server speaks one of the two protocols (RFC 2033 4.1).
std::optional<SyntaxError> Session::protocol_fault(Verb verb) const {
  const bool lmtp = profile_.protocol == Protocol::lmtp;
  const bool foreign = lmtp ? verb == Verb::ehlo || verb == Verb::helo : verb == Verb::lhlo;
  if (!foreign) return std::nullopt;
  return SyntaxError{
      .code = 500,
      .enhanced = "5.5.1",
      .text = fmt::format(
          "{}, this is {}",
          lmtp ? "EHLO and HELO are for SMTP" : "LHLO is for LMTP",
          lmtp ? "LMTP" : "SMTP"
      )};
}

std::optional<SyntaxError> Session::sequence_fault(const VerbRow& row) const {
  auto text = sequence_error(row, progress_);
  if (!text.empty()) {
    const bool lmtp = profile_.protocol == Protocol::lmtp;
    const bool data = row.verb == Verb::data || row.verb == Verb::bdat;
    if (data && progress_ == Progress::sender && recipients_tried_) {
      // RFC 2033 4.2 wants 503.
      const std::uint16_t code = lmtp ? 503 : 554;
      return SyntaxError{.code = code, .enhanced = "5.5.1", .text = "No valid recipients"};
    }
    if (row.verb == Verb::mail && lmtp && progress_ == Progress::fresh) text = send_hello();
    return SyntaxError{.code = 503, .enhanced = "5.5.1", .text = std::string(text)};
  }
  if (row.verb == Verb::mail && profile_.auth.required && envelope_.auth_user.empty()) {
    return SyntaxError{.code = 530, .enhanced = "5.7.0", .text = "Authentication required"};
  }
  return std::nullopt;
}

std::optional<SyntaxError> Session::starttls_fault() const {
  const auto sequence = [](std::string_view text) {
    return SyntaxError{.code = 503, .enhanced = "5.5.1", .text = std::string(text)};
  };
  if (secure_) return sequence("TLS is active already");
  if (profile_.starttls != StartTls::never && progress_ == Progress::fresh) {
    return sequence(send_hello());
  }
  return std::nullopt;
}

// RFC 6531 3.7.4.2.
std::optional<SyntaxError> Session::verify_fault(const Command& command) {
  const bool utf8 = asks_for_utf8(command);
  if (utf8 && !offers(offered_, "SMTPUTF8")) {
    note(FindingKind::unoffered_extension, "parameter SMTPUTF8 of SMTPUTF8, which was not offered");
    return SyntaxError{
        .code = 555, .enhanced = "5.5.4", .text = "Parameter SMTPUTF8 not supported"};
  }
  if (!utf8 && has_eight_bit(command.argument)) {
    return SyntaxError{.code = 553, .enhanced = "5.6.7", .text = "Address needs SMTPUTF8"};
  }
  return std::nullopt;
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
  const bool utf8 = command.verb == Verb::mail ? asks_for_utf8(command) : envelope_.smtputf8;
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
  if (fault.code == 503) question.behind_refused_mail = mail_refused_ && verb_ == Verb::rcpt;
  note_refusal(fault);
  const bool in_place = sequence_error(row_of(verb_), progress_).empty();
  if (verb_ == Verb::mail && in_place) mail_refused_ = true;
  if (verb_ == Verb::rcpt && in_place) recipients_tried_ = true;
  if (verb_ == Verb::bdat) refuse_chunk(question.command);
}

void Session::note_refusal(const SyntaxError& fault) {
  const auto text = [&] { return fmt::format("{} {}", fault.code, fault.text); };
  if (fault.code == 500 || fault.code == 501 || fault.code == 504 || fault.code == 555) {
    return note(FindingKind::bad_syntax, text());
  }
  if (fault.code != 503 && fault.code != 554) return;
  const bool content = verb_ == Verb::data || verb_ == Verb::bdat;
  if (content && progress_ == Progress::sender && !hasty_) {
    note(
        FindingKind::data_without_recipients,
        fmt::format("{} though no recipient was accepted", row_of(verb_).spelling)
    );
  }
  if (fault.code != 503) return;
  // Who pipelines MAIL, RCPT and DATA, or chunks, cannot know that an earlier one was refused.
  const bool behind_mail = mail_refused_ && (content || verb_ == Verb::rcpt);
  const bool behind_chunk = verb_ == Verb::bdat && chunks_ == Chunks::failed;
  const bool in_good_faith = (behind_mail || behind_chunk) && offers(offered_, "PIPELINING");
  if (!in_good_faith) note(FindingKind::bad_sequence, text());
  note_skipped_ehlo();
}

void Session::note_skipped_ehlo() {
  const bool needs_ehlo = verb_ == Verb::mail || verb_ == Verb::auth;
  if (!needs_ehlo || progress_ != Progress::fresh) return;
  if (!std::exchange(skips_ehlo_, false)) return;
  note(
      FindingKind::ehlo_skipped,
      fmt::format("{} without an EHLO behind STARTTLS", row_of(verb_).spelling)
  );
}

void Session::admit(Question& question, const VerbRow& row) {
  question.reaches_rules = row.stage.has_value() && progress_ != Progress::refused;
  if (!row.extension.empty() && !offers(offered_, row.extension)) {
    return admit_unoffered(question, row);
  }
  switch (row.verb) {
    case Verb::ehlo:
    case Verb::helo:
    case Verb::lhlo: return admit_hello(question);
    case Verb::mail: return admit_sender(question);
    case Verb::rcpt: return admit_recipient(question);
    case Verb::auth: return admit_login(question);
    case Verb::bdat: return admit_chunk(question);
    case Verb::data: effect_ = Effect::data; break;
    case Verb::rset: effect_ = Effect::reset; break;
    case Verb::quit: effect_ = Effect::quit; break;
    case Verb::starttls:
      effect_ = Effect::secure;
      question.normal = ready_for_tls(profile_);
      return;
    case Verb::help: question.normal = help(profile_, offered_); return;
    case Verb::xclient:
      effect_ = Effect::rename;
      question.claimed = *parse_xclient(question.command.argument);
      pending_.argument = question.claimed->login;
      break;
    case Verb::noop:
    case Verb::vrfy:
    case Verb::expn:
    case Verb::etrn:
    case Verb::unknown: break;
  }
  question.normal = healthy_answer(profile_, row.verb);
}

// A verb of an extension that this client was not offered. Rules may still have it served, if the
// server could.
void Session::admit_unoffered(Question& question, const VerbRow& row) {
  note(
      FindingKind::unoffered_extension,
      fmt::format("{} of {}, which was not offered", row.spelling, row.extension)
  );
  question.normal = not_implemented(profile_, row.verb);
  if (row.verb == Verb::bdat) question.reaches_rules = false;
  const bool could = row.verb == Verb::starttls && profile_.starttls != StartTls::never;
  if (could) effect_ = Effect::secure;
}

void Session::admit_hello(Question& question) {
  effect_ = Effect::introduce;
  pending_.argument = question.command.argument;
  offering_ = {};
  if (verb_ != Verb::helo) offering_ = offered_by(profile_, transport());
  question.normal = hello();
}

Reply Session::hello() const {
  return verb_ == Verb::helo ? healthy_answer(profile_, verb_) : smtp::hello(profile_, offering_);
}

void Session::withhold(std::span<const std::string> keywords) {
  for (const auto& keyword : keywords) withdraw(offering_, keyword);
}

void Session::admit_sender(Question& question) {
  effect_ = Effect::begin;
  pending_.address = question.command.address;
  pending_.parameters = question.command.parameters;
  const auto most = profile_.size.value_or(0);
  const bool over = most > 0 && declared_size(question.command) > most;
  question.normal = over ? too_big(profile_) : healthy_answer(profile_, Verb::mail);
}

void Session::admit_recipient(Question& question) {
  effect_ = Effect::add;
  recipients_tried_ = true;
  question.normal = healthy_answer(profile_, Verb::rcpt);
  pending_.address = question.command.address;
  pending_.parameters = question.command.parameters;
  pending_key_ = key_of(question.command.address);
  const auto known = answered_.find(pending_key_);
  question.repeated = known != answered_.end();
  const bool merged = profile_.protocol == Protocol::smtp;  // LMTP counts it twice
  const bool counted = merged && question.repeated && known->second;
  if (!counted && envelope_.recipients.size() >= profile_.max_recipients) {
    const auto fault = too_many_recipients();
    question.normal = healthy_reply(profile_, fault.code, fault.enhanced, fault.text);
  }
}

}  // namespace smtp
