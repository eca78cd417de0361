#include "journal/conduct.hpp"

#include <utility>

#include "journal/keys.hpp"

namespace journal {

namespace {

using base::Stage;

// Whether an EHLO reply offers the keyword: its lines are joined by LF, each with its code, and the
// first names the host (RFC 5321 4.1.1.1).
bool offers_tls(std::string_view reply) {
  constexpr std::string_view kKeyword = "STARTTLS";
  for (auto end = reply.find('\n'); end != std::string_view::npos; end = reply.find('\n')) {
    reply.remove_prefix(end + 1);
    const auto line = reply.substr(0, reply.find('\n'));
    if (line.size() >= 4 && line.substr(4) == kKeyword) return true;
  }
  return false;
}

// EHLO, or LHLO (RFC 2033 4.1).
bool begins_with_ehlo(std::string_view line) {
  const auto is = [&](std::size_t at, char lower) {
    return line.size() > at &&
           (static_cast<unsigned char>(line[at]) | 0x20U) == static_cast<unsigned char>(lower);
  };
  return (is(0, 'e') || is(0, 'l')) && is(1, 'h');
}

}  // namespace

std::string_view name_of(TlsTrouble trouble) {
  switch (trouble) {
    case TlsTrouble::refused: return "refused";
    case TlsTrouble::failed: return "failed";
    case TlsTrouble::withdrawn: return "withdrawn";
  }
  return "";
}

Conduct::Talk* Conduct::talk_of(const Event& event) {
  const auto known = talks_.find(event.connection);
  return known == talks_.end() ? nullptr : &known->second;
}

void Conduct::add(const Event& event) {
  if (event.kind == Kind::connected) {
    if (talks_.size() < kMostConnections) {
      talks_[event.connection] = Talk{
          .client = event.subject,
          .secure = !parameter_of(event.parameters, "tls").value_or("").empty()};
      if (parameter_of(event.parameters, "starttls")) {
        // Before the MAIL that made the receiver hear of it.
        Event before = event;
        if (event.began > base::Micros(0)) before.at = event.began - base::Micros(1);
        offered(talks_[event.connection], before);
      }
    } else {
      ++so_far_.dropped;
    }
    return;
  }
  if (event.kind == Kind::finding) return note(event);
  if (event.connection == 0) return;
  if (event.kind == Kind::command || event.kind == Kind::message) {
    ++so_far_.occasions;
    if (event.kind == Kind::message) ++so_far_.messages;
    so_far_.last_occasion = {.at = event.at, .judge = event.judge, .seq = event.seq};
  }
  Talk* const talk = talk_of(event);
  if (talk == nullptr) return;
  if (event.kind == Kind::command) {
    talk->said_ehlo = event.stage == Stage::ehlo && begins_with_ehlo(event.text);
    talk->starting = event.stage == Stage::starttls;
  } else if (event.kind == Kind::reply) {
    replied(*talk, event);
  } else if (event.kind == Kind::tls) {
    tls(*talk, event);
  } else if (event.kind == Kind::login) {
    if (auto* const past = history(*talk)) ++past->logins;
  } else if (event.kind == Kind::passed) {
    passed(*talk, event);
  } else if (event.kind == Kind::ended) {
    ended(event);
  }
}

void Conduct::tls(Talk& talk, const Event& event) {
  if (event.flag && talk.secure) return;  // It broke later, when it had long come about.
  const bool upgrade = std::exchange(talk.starting, false);
  offered(talk, event);
  talk.secure = !event.flag;
  // Who leaves instead of shaking hands (a probe of the port) has had no trouble with TLS.
  const bool left = event.ending != Ending::none && !event.held;
  if (event.flag && !left) trouble(talk, event, TlsTrouble::failed, event.text);
  if (event.flag) return;
  auto* const past = history(talk);
  if (past == nullptr) return;
  ++past->established;
  if (upgrade) ++past->upgrades;
}

void Conduct::passed(const Talk& talk, const Event& event) {
  if (so_far_.elsewhere.size() >= kMostClients && !so_far_.elsewhere.contains(talk.client)) return;
  auto& moments = so_far_.elsewhere[talk.client];
  if (moments.size() >= kMostElsewhere) moments.pop_back();
  moments.push_back({.at = event.at, .judge = event.judge, .seq = event.seq});
}

void Conduct::replied(Talk& talk, const Event& event) {
  if (event.code == 421) ++so_far_.farewells;
  if (event.stage == Stage::starttls && talk.starting && event.code >= 400) {
    talk.starting = false;
    // Out of place or ill-formed is not refused, unless a rule says so.
    if (event.code >= 500 && event.code <= 504 && event.rule.empty()) return;
    return trouble(talk, event, TlsTrouble::refused, event.text);
  }
  if (!std::exchange(talk.said_ehlo, false) || talk.secure) return;
  if (event.stage != Stage::ehlo || event.code >= 300) return;
  if (offers_tls(event.text)) return offered(talk, event);
  const auto known = so_far_.tls.find(talk.client);
  if (known != so_far_.tls.end() && known->second.offered) {
    trouble(talk, event, TlsTrouble::withdrawn, "EHLO does not offer STARTTLS any more");
  }
}

void Conduct::offered(const Talk& talk, const Event& event) {
  auto* const past = history(talk);
  if (past == nullptr) return;
  const Moment now{.at = event.at, .judge = event.judge, .seq = event.seq};
  if (!past->offered) past->offered = now;
  if (past->offers.size() < kMostOffers) past->offers.push_back({now, event.connection});
}

void Conduct::ended(const Event& event) {
  const auto known = talks_.find(event.connection);
  if (known == talks_.end()) return;
  if (known->second.starting) {
    trouble(known->second, event, TlsTrouble::refused, "the connection ended at STARTTLS");
  }
  talks_.erase(known);
}

void Conduct::trouble(
    const Talk& talk, const Event& event, TlsTrouble kind, std::string_view detail
) {
  auto* const past = history(talk);
  if (past == nullptr) return;
  if (past->incidents.size() >= kMostIncidents) {
    ++so_far_.dropped;
    return;
  }
  past->incidents.push_back(
      {.when = {.at = event.at, .judge = event.judge, .seq = event.seq},
       .trouble = kind,
       .detail = std::string(detail),
       .connection = event.connection}
  );
}

// nullptr: there are too many clients.
TlsHistory* Conduct::history(const Talk& talk) {
  const auto known = so_far_.tls.find(talk.client);
  if (known != so_far_.tls.end()) return &known->second;
  if (so_far_.tls.size() >= kMostClients) {
    ++so_far_.dropped;
    return nullptr;
  }
  return &so_far_.tls[talk.client];
}

void Conduct::note(const Event& event) {
  if (so_far_.findings.size() >= kMostFindings) {
    ++so_far_.dropped;
    return;
  }
  const Talk* const talk = talk_of(event);
  so_far_.findings.push_back(
      {.when = {.at = event.at, .judge = event.judge, .seq = event.seq},
       .finding = event.subject,
       .detail = event.text,
       .client = talk == nullptr ? std::string() : talk->client,
       .connection = event.connection,
       .stage = event.stage}
  );
}

}  // namespace journal
