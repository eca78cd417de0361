// How a conversation becomes encrypted (RFC 3207, RFC 8314), how a client logs in, and how it comes
// to speak for another one (XCLIENT).
#include <algorithm>
#include <utility>

#include "receiver/conversation.hpp"
#include "scenario/actions.hpp"

namespace receiver {

using base::Stage;
using journal::Kind;

namespace {

// A client may have reason to refuse it. How connections end is not part of it.
bool is_faulty(const wire::Handshake& handshake) {
  wire::Handshake usual;
  usual.close_notify = handshake.close_notify;
  return handshake != usual;
}

}  // namespace

// What the scenario says, and what the listener adds to it.
smtp::Profile Conversation::profile_for(const Peer& peer, const scenario::Scenario& scenario) {
  auto profile = scenario.profile;
  profile.protocol = peer.protocol;
  const auto& trusted = scenario.xclient_from;
  profile.xclient =
      std::any_of(trusted.begin(), trusted.end(), [&](const base::IpNetwork& network) {
        return network.contains(peer.spokesman.value_or(peer.client));
      });
  if (peer.tls == TlsMode::starttls && profile.starttls == smtp::StartTls::never) {
    profile.starttls = smtp::StartTls::offered;
  }
  return profile;
}

// A plan says yes to TLS, so a ClientHello may be what comes next.
bool Conversation::answers_starttls() const {
  if (!pending_ || pending_->question.stage != Stage::starttls) return false;
  return pending_->action.positive || peer_.tls == TlsMode::implicit;
}

// It is the plan that waits for it, or for the client to leave: nobody looks at what comes.
bool Conversation::hears_hello() const {
  if (!answers_starttls()) return false;
  const auto& ops = pending_->action.plan.ops;
  return std::any_of(ops.begin(), ops.end(), [](const wire::Op& op) {
    return op.kind == wire::Op::Kind::await || scenario::is_ending(op.kind);
  });
}

// It is for the handshake, which has yet to begin: nothing is read.
bool Conversation::swallows_hello() const {
  if (session_.awaits_tls() || renamed_) return true;
  if (!answers_starttls() || hears_hello()) return false;
  return pending_->replied || pending_->action.reply.wire.empty();
}

// At EHLO, before the reply is made: keywords that rules leave out of it.
void Conversation::withhold(const scenario::Decision& decision, smtp::Question& question) {
  std::vector<std::string> keywords;
  for (const auto& fired : decision.fired) {
    for (const auto& step : fired.rule->steps) {
      if (step.kind == scenario::Step::Kind::withhold) keywords.push_back(step.text);
    }
  }
  if (keywords.empty() || question.command.verb == smtp::Verb::helo) return;
  session_.withhold(keywords);
  question.normal = session_.hello();
}

void Conversation::secured(const wire::TlsFacts& facts, base::TimePoint now) {
  now_ = quiet_since_ = now;
  peer_.tls_version = facts.version;
  session_.secured();
  hearers_ = everyone();
  tell(tls_event(facts), now);
}

// Who refuses a healthy handshake, or has not begun it, has left by itself.
void Conversation::tls_failed(
    std::string_view why, const wire::TlsFacts& facts, base::TimePoint now
) {
  const bool met = facts.begun && handshake_ && is_faulty(*handshake_);
  record_broken_tls(why, facts, met ? Blame::ours : Blame::client, now);
}

void Conversation::record_broken_tls(
    std::string_view why, const wire::TlsFacts& facts, Blame blame, base::TimePoint now
) {
  now_ = now;
  tls_told_ = true;
  hearers_ = everyone();
  auto failed = tls_event(facts);
  failed.flag = true;
  failed.held = blame == Blame::ours;
  if (left_) failed.ending = how_it_ended();
  failed.text = why;
  tell(std::move(failed), now);
}

void Conversation::logged_in(const smtp::AuthAsked& asked, base::TimePoint now) {
  const auto& user = session_.envelope().auth_user;
  if (user.empty()) return;
  journal::Event login;
  login.kind = Kind::login;
  login.stage = Stage::auth;
  login.subject = user;
  login.text = asked.mechanism;
  tell(std::move(login), now);
}

// The reply to XCLIENT is the greeting that the other client gets.
void Conversation::rename(const smtp::ClaimedPeer& claimed) {
  session_.answer(true);
  Peer other = peer_;
  other.login = claimed.login;
  other.spokesman = peer_.spokesman.value_or(peer_.client);
  constexpr std::string_view kIpv6 = "IPV6:";
  std::string_view address = claimed.address;
  if (address.starts_with(kIpv6)) address.remove_prefix(kIpv6.size());
  if (const auto ip = base::parse_ip(address)) other.client = *ip;
  renamed_ = std::make_unique<Peer>(std::move(other));
}

}  // namespace receiver
