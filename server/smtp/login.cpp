// AUTH (RFC 4954) as a part of the session: when it may come, and how an exchange becomes
// questions. The exchange itself is auth_exchange.hpp's. No credential leaves this file: questions
// and findings name the mechanism and the user.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/credentials.hpp"
#include "smtp/healthy.hpp"
#include "smtp/inspect.hpp"
#include "smtp/session.hpp"

namespace smtp {

namespace {

// "PLAIN AGEAYg==" taken apart.
struct Asked {
  std::string mechanism{};  // upper case
  std::optional<std::string_view> initial{};
};

Asked asked_in(std::string_view argument) {
  const auto space = argument.find(' ');
  Asked asked{.mechanism = base::to_upper(argument.substr(0, space))};
  const auto response = argument.find_first_not_of(' ', space);
  if (response != std::string_view::npos) asked.initial = argument.substr(response);
  return asked;
}

// The first response of LOGIN is no more than a name.
bool holds_credentials(const Asked& asked) {
  return asked.initial && *asked.initial != "=" && asked.mechanism != "LOGIN";
}

}  // namespace

// What speaks against AUTH now. A server without it has nothing to say about when it may come.
std::optional<SyntaxError> Session::login_fault() const {
  const auto& auth = profile_.auth;
  if (auth.mechanisms.empty() && !offers(offered_, "AUTH")) return std::nullopt;
  if (auth.needs_tls && !secure_) {
    return SyntaxError{
        .code = 538, .enhanced = "5.7.11", .text = "Authentication needs TLS, send STARTTLS first"};
  }
  const auto sequence = [](std::string_view text) {
    return SyntaxError{.code = 503, .enhanced = "5.5.1", .text = std::string(text)};
  };
  if (progress_ == Progress::fresh) return sequence(send_hello());
  if (!offers(offered_, "AUTH")) return std::nullopt;
  if (progress_ > Progress::introduced) return sequence("A transaction is open already");
  if (!envelope_.auth_user.empty()) return sequence("Already authenticated");
  const auto mechanism = asked_in(pending_.argument).mechanism;
  const auto& known = auth.mechanisms;
  if (std::find(known.begin(), known.end(), mechanism) == known.end() ||
      !AuthExchange::knows(mechanism)) {
    return SyntaxError{
        .code = 504, .enhanced = "5.5.4", .text = "Unrecognized authentication mechanism"};
  }
  return std::nullopt;
}

// Of every AUTH, whether or not it is served: takes the response out of what is shown.
void Session::begin_login(Question& question) {
  auto& argument = question.command.argument;
  pending_.argument = std::exchange(argument, masked_argument(argument));
  const auto asked = asked_in(pending_.argument);
  question.auth = AuthAsked{};
  if (is_mechanism(asked.mechanism)) question.auth->mechanism = asked.mechanism;
  if (holds_credentials(asked)) note_credentials(asked.mechanism);
}

void Session::admit_login(Question& question) {
  const auto argument = std::exchange(pending_.argument, {});
  const auto asked = asked_in(argument);
  exchange_ = std::make_unique<AuthExchange>(asked.mechanism);
  take_step(question, exchange_->begin(asked.initial, profile_.auth));
}

// A line of the client within an exchange is a response, whatever it looks like.
Question Session::ask_response(const Line& line) {
  asked_ = true;
  effect_ = Effect::none;
  verb_ = Verb::auth;
  if (findings_.size() < kMostFindings) inspect_line(line, {}, findings_);
  Question question;
  question.stage = base::Stage::auth;
  question.command.verb = Verb::auth;
  question.line = "***";
  question.offset = line.offset;
  question.auth = AuthAsked{.mechanism = exchange_->mechanism(), .begins = false};
  if (line.too_long) {
    take_step(
        question,
        {.kind = AuthStep::Kind::ill_formed,
         .fault =
             {.code = 500, .enhanced = "5.5.6", .text = "Authentication exchange line is too long"}}
    );
    return question;
  }
  const auto mechanism = exchange_->mechanism();
  const auto step = exchange_->respond(line.text, profile_.auth);
  using enum AuthStep::Kind;
  if (step.kind == complete || step.kind == ill_formed) note_credentials(mechanism);
  take_step(question, step);
  return question;
}

void Session::take_step(Question& question, const AuthStep& step) {
  auto& auth = *question.auth;
  auth.user = exchange_->user();
  auth.ends = step.kind == AuthStep::Kind::complete;
  // What rules decide on is AUTH itself and the complete credentials.
  question.reaches_rules = auth.begins || auth.ends;
  switch (step.kind) {
    case AuthStep::Kind::challenge:
      effect_ = Effect::challenge;
      question.normal = auth_challenge(step.challenge);
      return;
    case AuthStep::Kind::complete:
      effect_ = Effect::login;
      question.normal = step.right ? logged_in(profile_) : bad_credentials(profile_);
      return;
    case AuthStep::Kind::cancelled:
      question.normal =
          healthy_reply(profile_, step.fault.code, step.fault.enhanced, step.fault.text);
      break;
    case AuthStep::Kind::ill_formed: refuse(question, step.fault); break;
  }
  question.reaches_rules = false;
  exchange_.reset();
}

void Session::note_credentials(std::string_view mechanism) {
  if (secure_) return;
  const auto shown = is_mechanism(mechanism) ? mechanism : std::string_view("an unknown mechanism");
  note(FindingKind::auth_in_clear, fmt::format("credentials of {} came without TLS", shown));
}

}  // namespace smtp
