// What TLS needs is made when a scenario or rule arrives, and what cannot be had refuses it.
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

using Lines = std::vector<std::string>;

constexpr auto kGood =
    R"({"scenario":{"name":"t","server":{"extensions":["STARTTLS"],"tls":{"certificate":"weak"}},)"
    R"("rule":[{"at":"starttls","do":[{"tls":{"certificate":"expired"}}]}]}})";
constexpr auto kBad = R"({"scenario":{"name":"t","server":{"extensions":["STARTTLS"],)"
                      R"("tls":{"ciphers":"NO-SUCH-CIPHER"}}}})";
constexpr auto kBadToml =
    "name = 't'\nserver = { extensions = ['STARTTLS'], tls = { ciphers = 'NO-SUCH-CIPHER' } }\n";

}  // namespace

TEST_CASE("A receiver's certificates are made before its clients come") {
  World world;
  REQUIRE(world.put("t", kGood).status == 200);
  REQUIRE(world.ports.prepared.size() == 2);
  CHECK(world.ports.prepared[0].certificate == "weak");
  CHECK(world.ports.prepared[1].certificate == "expired");
}

TEST_CASE("A receiver with TLS that cannot be had is refused and nothing changes") {
  World world;
  REQUIRE(world.put("t", kGood).status == 200);
  const auto before = world.get("/v1/receivers/t");
  const auto refused = world.put("t", kBad);
  CHECK(refused.status == 422);
  CHECK(problems(refused) == Lines{"/scenario: no such cipher; use another"});
  CHECK(world.get("/v1/receivers/t") == before);
  CHECK(world.put("new", kBad).status == 422);
  CHECK(world.registry.find("new") == nullptr);
}

TEST_CASE("A rule's handshake is made when the rule is pushed") {
  World world;
  REQUIRE(world.put("t", kGood).status == 200);
  world.ports.prepared.clear();
  const auto pushed = world.post(
      "/v1/receivers/t/rules", R"({"at":"starttls","do":[{"tls":{"certificate":"wrong-name"}}]})"
  );
  CHECK(pushed.status == 201);
  REQUIRE(world.ports.prepared.size() == 1);
  CHECK(world.ports.prepared[0].certificate == "wrong-name");
  const auto refused = world.post(
      "/v1/receivers/t/rules", R"({"at":"starttls","do":[{"tls":{"ciphers":"NO-SUCH-CIPHER"}}]})"
  );
  CHECK(refused.status == 422);
  CHECK(problems(refused) == Lines{"/do: no such cipher; use another"});
  CHECK(world.get("/v1/receivers/t/rules").at("items").as_array().size() == 2);
}

TEST_CASE("A scenario with TLS that cannot be had is neither kept nor called good") {
  World world;
  const auto put = world.ask(Verb::put, "/v1/scenarios/t", kBadToml);
  CHECK(put.response.status == 422);
  CHECK(problems(put.response) == Lines{"body: no such cipher; use another"});
  CHECK(world.library.entry("t") == nullptr);
  const auto checked = boost::json::parse(world.post("/v1/scenarios/check", kBadToml).body);
  CHECK(checked.at("ok") == false);
  CHECK(checked.at("errors").at(0).at("message") == "no such cipher");
}

}  // namespace control
