// Reports as JSON: the shape, byte for byte, and that any content stays valid.
#include <boost/json.hpp>

#include "support/catch.hpp"
#include "verify/render.hpp"
#include "verify/reports.hpp"

namespace {

using namespace verify::testing;
using verify::Report;
using verify::Result;
using verify::Value;

TEST_CASE("a report as JSON has its keys in a fixed order") {
  Report made = report(Result::fail, {suppressed(1)});
  made.scale = 2.5;
  made.observed.judge = std::chrono::milliseconds(70'500);
  made.checks[0].policy = "mta";
  made.all = figures();
  made.domains["full.test"];
  CHECK(
      verify::to_json(made) ==
      R"({"verdict":"fail","receiver":"default","scenario":"full-twice","seed":1,"scale":2.5,)"
      R"("slack":0.25,"source":"scenario full-twice","observed":{"judge":70.5,"real":28,)"
      R"("until":"2026-01-31T12:00:28.000000Z"},"missing":null,"checks":[{"name":"suppressed",)"
      R"("check":"suppressed","policy":"mta","advice":false,"verdict":"fail","state":"fail",)"
      R"("provisional":false,"expected":"no attempt for 30 s",)"
      R"("observed":"a0@gone.test was tried again","evidence":[41,57],"cases":[{"state":"fail",)"
      R"("who":"a0@gone.test","observed":"a0@gone.test was tried again 3.1 s after 550 5.3.1",)"
      R"("evidence":[41,57]}],"selected":1,"passed":0,"failed":1,"unclear":0}],"figures":)"
      R"({"attempts":3,"attempts_by_outcome":{"accepted":1,"deferred":2},"attempts_by_code":)"
      R"({"250 2.0.0":1,"452 4.3.1":2},"deliveries":2,"deliveries_by_state":{"accepted":1,)"
      R"("deferred":1},"unresolved":1,"copies":1,"failed_first":2,"retried":1,)"
      R"("retried_accepted":1,"retry_success":0.5,"median_resolution":{"judge":120,"real":2},)"
      R"("worst_resolution":{"judge":120,"real":2}},"domains":{"full.test":{"attempts":0,)"
      R"("attempts_by_outcome":{},"attempts_by_code":{},"deliveries":0,"deliveries_by_state":{},)"
      R"("unresolved":0,"copies":0,"failed_first":0,"retried":0,"retried_accepted":0,)"
      R"("retry_success":null,"median_resolution":null,"worst_resolution":null}},)"
      R"("more_domains":0})"
  );
}

TEST_CASE("the state of a check tells the ways of not knowing apart") {
  const auto states = [](Value value) {
    const auto json = boost::json::parse(
        verify::to_json(report(Result::inconclusive, {check("retried", value, "x")}))
    );
    const auto& made = json.at("checks").at(0);
    return std::string(made.at("verdict").as_string()) + " " +
           std::string(made.at("state").as_string());
  };
  CHECK(states(Value::pass) == "pass pass");
  CHECK(states(Value::open) == "inconclusive open");
  CHECK(states(Value::empty) == "inconclusive empty");
  CHECK(states(Value::blind) == "inconclusive blind");
}

TEST_CASE("any bytes make valid JSON") {
  auto hostile = suppressed(1);
  hostile.name = hostile.policy = hostile.verdict.observed = hostile.verdict.expected = kHostile;
  hostile.verdict.cases[0].observed = hostile.verdict.cases[0].who = kHostile;
  Report made = report(Result::fail, {hostile});
  made.receiver = made.scenario = made.source = made.missing = kHostile;
  made.domains[kHostile] = figures();
  made.domains[kHostile].attempts_by_code[kHostile] = 1;
  boost::system::error_code error;
  const auto json = boost::json::parse(verify::to_json(made), error);
  REQUIRE_FALSE(error);
  CHECK(json.at("domains").as_object().size() == 1);
  CHECK(json.at("receiver").as_string() == "\x1b[31m<r&\"\n\uf7ff\ufffe>\x01");
}

TEST_CASE("several reports as JSON begin with what they say together") {
  const std::vector<Report> both{report(Result::pass, {}), report(Result::fail, {suppressed(1)})};
  CHECK(
      verify::to_json(both) == R"({"verdict":"fail","reports":[)" + verify::to_json(both[0]) + "," +
                                   verify::to_json(both[1]) + "]}"
  );
  CHECK(verify::to_json(std::span<const Report>{}) == R"({"verdict":"inconclusive","reports":[]})");
}

}  // namespace
