// How the session goes on with the answer to a question.
#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/session.hpp"

namespace smtp {

void Session::answer(bool accepted) {
  assert(asked_);
  asked_ = false;
  hasty_ = !input_.rest().empty();
  const auto effect = std::exchange(effect_, Effect::none);
  // Behind STARTTLS it is worse than hasty; an LMTP client waits for the last of several replies.
  const bool silent = effect == Effect::message && told_ + 1 < envelope_.recipients.size() &&
                      profile_.protocol == Protocol::lmtp;
  if ((effect != Effect::secure || !accepted) && !silent) note_hasty_input();
  go_on(effect, accepted);
}

void Session::go_on(Effect effect, bool accepted) {
  switch (effect) {
    case Effect::none: break;
    case Effect::welcome: greeted(accepted); break;
    case Effect::secure:
      if (accepted) expect_tls();
      if (mode_ == Mode::before_tls) mode_ = Mode::over;
      break;
    case Effect::introduce:
      if (accepted) introduce();
      break;
    case Effect::challenge:
      if (!accepted) exchange_.reset();
      break;
    case Effect::login:
      if (accepted) envelope_.auth_user = exchange_->user();
      exchange_.reset();
      break;
    case Effect::begin:
      mail_refused_ = !accepted;
      if (accepted) begin_transaction();
      break;
    case Effect::add: add_recipient(accepted); break;
    case Effect::data:
      if (accepted) begin_data();
      break;
    case Effect::chunk: chunk_answered(accepted); break;
    case Effect::message: message_answered(); break;
    case Effect::abandon: reset_transaction(); break;
    case Effect::rename: rename(); break;
    case Effect::reset:
      if (accepted) reset_transaction();
      break;
    case Effect::quit:
      mode_ = Mode::over;
      input_ = LineBuffer();
      break;
  }
}

void Session::greeted(bool accepted) {
  mode_ = Mode::commands;
  progress_ = accepted ? Progress::fresh : Progress::refused;
}

void Session::introduce() {
  reset_transaction();
  progress_ = Progress::introduced;
  skips_ehlo_ = false;
  envelope_.ehlo = pending_.argument;
  offered_ = offering_;
}

void Session::begin_with_tls() {
  assert(mode_ == Mode::greeting && !asked_);
  mode_ = Mode::before_tls;
  after_tls_ = Mode::greeting;
}

// All that the client has said in clear is forgotten, and not to be believed (RFC 3207 4.2).
void Session::expect_tls() {
  mode_ = Mode::tls;
  const auto octets = input_.rest().size();
  if (octets > 0) {
    note(
        FindingKind::plaintext_after_starttls,
        fmt::format("{} octets behind STARTTLS were dropped", octets)
    );
    input_.take(octets);
  }
  forget_client();
}

void Session::forget_client() {
  reset_transaction();
  progress_ = Progress::fresh;
  offered_ = {};
  envelope_ = {};
  behind_auth_ = false;
}

// Another client speaks from here on (XCLIENT).
void Session::rename() {
  forget_client();
  envelope_.auth_user = std::move(pending_.argument);
}

void Session::secured() {
  assert(mode_ == Mode::tls);
  secure_ = true;
  skips_ehlo_ = after_tls_ == Mode::commands;
  mode_ = std::exchange(after_tls_, Mode::commands);
}

void Session::begin_transaction() {
  progress_ = Progress::sender;
  envelope_.has_sender = true;
  envelope_.sender = pending_.address;
  envelope_.declared_size = declared_size(pending_);
  envelope_.smtputf8 = pending_.parameter("SMTPUTF8") != nullptr;
  const auto* const body = pending_.parameter("BODY");
  eight_bit_body_ = body != nullptr && base::same_text(body->value, "8BITMIME");
  binary_body_ = body != nullptr && base::same_text(body->value, "BINARYMIME");
  envelope_.mail_parameters = std::move(pending_.parameters);
}

void Session::add_recipient(bool accepted) {
  bool& known = answered_[pending_key_];
  // Once accepted an address stays so, whatever its repetition is told. LMTP answers for each RCPT
  // that it accepted, also for the same one twice (RFC 2033 4.2).
  const bool again = known;
  if (!accepted || (again && profile_.protocol == Protocol::smtp)) return;
  known = true;
  progress_ = Progress::recipients;
  envelope_.recipients.push_back(
      {.address = std::move(pending_.address),
       .parameters = std::move(pending_.parameters),
       .again = again}
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

// The transaction is over with its only, or its last, reply.
void Session::message_answered() {
  ++told_;
  const bool lmtp = profile_.protocol == Protocol::lmtp;
  if (lmtp && told_ < envelope_.recipients.size()) return;
  mode_ = Mode::commands;
  reset_transaction();
}

void Session::reset_transaction() {
  progress_ = std::min(progress_, Progress::introduced);
  envelope_.has_sender = false;
  envelope_.sender.clear();
  envelope_.mail_parameters.clear();
  envelope_.declared_size = 0;
  envelope_.smtputf8 = false;
  envelope_.recipients.clear();
  eight_bit_body_ = binary_body_ = mail_refused_ = recipients_tried_ = false;
  chunks_ = Chunks::none;
  message_.reset();
  told_ = 0;
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

}  // namespace smtp
