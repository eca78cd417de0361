// The control API's table of routes and the way from a request to its answer. A new endpoint is a
// function and a row in one file of api/. Called from the control thread alone.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/fleet.hpp"
#include "control/http.hpp"
#include "control/library.hpp"
#include "control/query.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "journal/journal.hpp"
#include "receiver/registry.hpp"

namespace control {

struct SmtpCounts {
  std::uint64_t accepted = 0, open = 0, refused = 0;
};

// What handlers work on; owned by whoever puts the program together.
struct Api {
  journal::Journal& journal;
  receiver::Registry& registry;
  Fleet& fleet;
  Library& library;  // the scenarios that can be named
  std::string version;
  // Why the program is not fit for use (a journal file that cannot be written); empty: it is.
  std::function<std::vector<Problem>()> unready;
  // Listeners reachable from outside this machine may be asked for.
  bool open = false;
  // The text of a known policy; empty: there is none.
  FindPolicy find_policy{};
  // SMTP connections over all listeners; none: it is not known.
  std::function<SmtpCounts()> smtp_counts{};
  // The certificate of the authority that TLS clients are to trust, as PEM.
  std::string authority_pem{};
};

struct Route;

// One request on its way through its route.
struct Call {
  const Request& request;
  const Route& route;
  std::vector<std::string> variables;  // what stood for {..} in the pattern, in order
  base::TimePoint now;
  std::string_view media{};              // of the body, as the route writes it; empty: no body came
  const document::Node* body = nullptr;  // a JSON body; {} for one that was left out and may be
  document::Diagnostics* findings = nullptr;  // knows the places in `body`

  [[nodiscard]] Query query() const;
};

enum class Token : std::uint8_t { needed, not_needed };

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kJsonOnly[] = {kJson};

// One member of a JSON object in a body; made of the rows that read it by api::members_of().
struct MemberDoc {
  std::string_view name;
  std::string_view form;
  std::string_view doc;
  std::string_view schema;  // a JSON Schema of the value; may be empty
  bool required = false;
};

struct BodyDoc {
  std::vector<MemberDoc> (*members)() = nullptr;        // a JSON object that is read by rows ...
  std::string_view schema{};                            // ... or the name of a component schema
  std::string_view example{};                           // as text of the first media type
  std::span<const std::string_view> media = kJsonOnly;  // the first is taken when none is named
  bool required = true;
};

struct ReplyDoc {
  unsigned status = 200;
  std::string_view doc;
  std::string_view schema{};  // the name of a component schema; empty: this is no JSON
  std::span<const std::string_view> media = kJsonOnly;
};

// What follows from the rest of a row (400, 413, 415, 422 of a body, 422 of parameters, 404 of
// variables, 401, 421) need not stand among its replies.
struct Route {
  Verb verb;
  std::string_view pattern;  // "/v1/receivers/{name}"
  Answer<Outcome> (*handle)(Api&, const Call&);
  std::string_view doc;  // one sentence without a full stop
  std::span<const ParameterDoc> parameters{};
  const BodyDoc* body = nullptr;
  std::span<const ReplyDoc> replies{};
  Token token = Token::needed;
};

// All rows, area by area.
[[nodiscard]] std::span<const Route> routes();

// The route of a request, or the error to answer with: 404, or 405 with Allow. HEAD goes the way of
// GET; OPTIONS finds a route of its own at every path there is.
struct Match {
  const Route* route = nullptr;
  std::vector<std::string> variables{};
};

[[nodiscard]] Answer<Match> match(const Request& request);

// Checks the body (is there one, of a known type, JSON that can be read) and calls the route's
// handler; errors come as responses. A wait uses `api` and nothing else that is
// passed here.
[[nodiscard]] Outcome answer(
    Api& api, const Request& request, const Match& match, base::TimePoint now
);

// The table as text, for `failmx help api` and the reference.
[[nodiscard]] std::string describe_routes();

}  // namespace control
