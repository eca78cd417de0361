// Why the rules acted or did not: on what has happened (an event), and on what would happen now
// (a question that is only asked here, and counts nothing).
#include "scenario/explain.hpp"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/asked.hpp"
#include "control/api/number.hpp"
#include "control/api/render.hpp"
#include "receiver/trace.hpp"

namespace control::api {

namespace {

namespace json = boost::json;
using journal::Kind;
using scenario::Reason;

json::array to_json(const std::vector<Reason>& reasons) {
  json::array out;
  for (const auto& reason : reasons) {
    out.push_back({{"rule", reason.rule}, {"acts", reason.acts}, {"why", reason.why}});
  }
  return out;
}

json::value decided_by(std::string_view rule, std::uint64_t nth) {
  if (rule.empty()) return nullptr;
  return json::object{{"rule", rule}, {"nth", nth}};
}

// ---- GET /v1/events/{seq}/why

std::string note_of(const journal::Event& event) {
  switch (event.kind) {
    case Kind::reply:
      return "no rule was asked: there is none at this stage, or the command was answered before "
             "any rule";
    case Kind::command:
    case Kind::message: return "ask for the reply to it, a later event of this connection";
    case Kind::sent:
    case Kind::cut: return fmt::format("ask for the reply itself, event {}", event.reply);
    case Kind::fired: return "ask for the reply that the question got, a later event";
    case Kind::run:
    case Kind::receiver:
    case Kind::phase:
    case Kind::connected:
    case Kind::tls:
    case Kind::login:
    case Kind::refused:
    case Kind::stored:
    case Kind::finding:
    case Kind::note:
    case Kind::ended:
    case Kind::advanced:
    case Kind::offered:
    case Kind::rule:
    case Kind::recount:
    case Kind::reset:
    case Kind::passed:
    case Kind::observed:
    case Kind::dropped: break;
  }
  return "no rule is asked for such an event";
}

json::object why_of(const journal::Event& event, base::WallTime start) {
  json::object out{{"event", json::parse(render(event, start))}};
  const auto* trace = dynamic_cast<const receiver::RuleTrace*>(event.trace.get());
  if (trace == nullptr) {
    const bool decided = event.kind == Kind::reply;
    out["decided_by"] = decided ? decided_by(event.rule.view(), event.nth) : json::value(nullptr);
    out["rules"] = json::array();
    out["note"] = note_of(event);
    return out;
  }
  const auto reasons = trace->reasons();
  auto decider = decided_by(event.rule.view(), event.nth);
  if (event.kind == Kind::fired) {
    // The first event of a question that got no reply: its last rule decided.
    decider = nullptr;
    for (const auto& reason : reasons) {
      if (reason.decides) decider = decided_by(reason.rule, reason.nth);
    }
  }
  out["decided_by"] = std::move(decider);
  out["rules"] = to_json(reasons);
  return out;
}

Answer<Outcome> why(Api& api, const Call& call) {
  const std::string& text = call.variables.front();
  const auto seq = number_in(text);
  if (seq && *seq != 0) {
    const auto found = api.journal.follow({}, *seq - 1, 1);
    if (!found.events.empty() && found.events.front()->seq == *seq) {
      return Outcome{json_response(why_of(*found.events.front(), api.journal.start()))};
    }
  }
  const auto last = api.journal.last_seq();
  const bool was = seq && *seq != 0 && *seq <= last;
  return refuse(
      Fault::not_found,
      {call.request.path,
       fmt::format("no event '{}'", base::printable(text, 80)),
       was ? std::string("it was dropped; --journal-events keeps more")
           : fmt::format("the last one is {}", last)}
  );
}

// ---- POST /v1/explain

json::value reply_of(const smtp::Reply& reply) {
  if (reply.code == 0) return nullptr;
  json::object out{{"code", reply.code}};
  out["enhanced"] = reply.enhanced.empty() ? json::value(nullptr) : json::value(reply.enhanced);
  out["text"] = smtp::text_of(reply);
  return out;
}

Answer<Outcome> explain(Api& api, const Call& call) {
  auto asked = asked_in(api, call);
  if (!asked) return tl::unexpected(std::move(asked.error()));
  auto& receiver = *asked->receiver;
  const auto edition = receiver.edition();
  const auto moment = receiver.moment(*edition, call.now);
  const auto question = imagine(*asked, *edition, moment);
  scenario::Considerations considered;
  const auto decision =
      scenario::foresee(*edition->scenario, question->query, *edition->counters, &considered);
  const auto action = scenario::act(
      decision,
      question->normal,
      asked->stage,
      question->values,
      edition->scenario->wire_scaled ? moment.scale : 1.0
  );
  const auto* deciding = decision.deciding();
  json::object out{{"receiver", receiver.name()}, {"stage", base::name_of(asked->stage)}};
  out["phase"] = moment.phase < edition->phase_names.size()
                     ? json::value(edition->phase_names[moment.phase].view())
                     : json::value("");
  out["clock"] = json_seconds(moment.receiver_time);
  out["reply"] = reply_of(decision.fired.empty() ? question->normal : action.reply);
  out["decided_by"] =
      deciding == nullptr ? nullptr : decided_by(deciding->rule->name, deciding->nth);
  out["rules"] =
      to_json(scenario::explain(*edition->scenario, scenario::facts_of(question->query), considered)
      );
  return Outcome{json_response(out)};
}

constexpr BodyDoc kQuestion{
    .members = asked_members,
    .example = R"({"stage":"rcpt","sender":"a@sender.test","recipient":"b@full.test"})",
};
constexpr ReplyDoc kWhyReplies[] = {
    {200, "The event, and every rule that was asked", "Why"},
    {404, "There is no such event, or it was dropped", "Errors"},
};
constexpr ReplyDoc kExplainReplies[] = {
    {200, "The reply, and what every rule says", "Explanation"}};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/events/{seq}/why",
     .handle = why,
     .doc = "Why the rules acted or did not at the question that this event answers",
     .replies = kWhyReplies},
    {.verb = Verb::post,
     .pattern = "/v1/explain",
     .handle = explain,
     .doc = "What a question would be answered with now and why, rule by rule; changes nothing",
     .body = &kQuestion,
     .replies = kExplainReplies},
};

}  // namespace

std::span<const Route> explain_routes() {
  return kRoutes;
}

}  // namespace control::api
