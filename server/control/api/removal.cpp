// DELETE of a receiver: its connections end, within bounds and without holding up anybody, then it
// gives its final report, and nothing of it is left.
#include <memory>
#include <utility>

#include "control/api/api.hpp"
#include "control/api/report_form.hpp"
#include "control/judging.hpp"

namespace control::api {

namespace {

constexpr base::Duration kLongestEnd = std::chrono::seconds(5);
// The count of connections goes down a moment after the last event of one.
constexpr base::Duration kLookAgain = std::chrono::milliseconds(50);

struct Leaving {
  std::shared_ptr<receiver::Receiver> receiver;
  const ReportForm* form;
};

Response finish(Api& api, const Leaving& leaving, base::TimePoint now) {
  api.fleet.end_connections(*leaving.receiver);
  Judging judging(leaving.receiver, std::nullopt, {});
  auto response = to_response(judging.conclude(now, api.journal.start()), *leaving.form);
  api.fleet.finish_removal(*leaving.receiver);
  return response;
}

Outcome look(Api& api, const Leaving& leaving, base::TimePoint now, Chance chance) {
  if (chance == Chance::last || leaving.receiver->status(now).open_connections == 0) {
    return {finish(api, leaving, now)};
  }
  return {
      {},
      Wait{
          .longest = kLongestEnd,
          .look = [&api, leaving](
                      base::TimePoint at, Chance left
                  ) { return look(api, leaving, at, left); },
          .again = now + kLookAgain}};
}

Answer<Outcome> delete_receiver(Api& api, const Call& call) {
  const auto form = report_form(call.request);
  if (!form) return tl::unexpected(form.error());
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  api.fleet.begin_removal(**found);
  return look(api, {*found, *form}, call.now, Chance::another);
}

constexpr ReplyDoc kReplies[] = {
    {200, "The final report of the receiver that is gone", "Report", kReportTypes},
    {406, "Accept names none of these forms; nothing was done", "Errors"},
    {409, "It is being deleted already", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::del,
     .pattern = "/v1/receivers/{name}",
     .handle = delete_receiver,
     .doc = "Ends a receiver, its connections within 5 s; answers with its final report",
     .replies = kReplies},
};

}  // namespace

std::span<const Route> removal_routes() {
  return kRoutes;
}

}  // namespace control::api
