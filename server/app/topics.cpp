// THE TABLE of help topics.
#include "app/topics.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "app/cli.hpp"
#include "app/config.hpp"
#include "app/policies.hpp"
#include "app/protocol_topics.hpp"
#include "base/stage.hpp"
#include "base/text.hpp"
#include "control/query.hpp"
#include "control/routes.hpp"
#include "journal/event.hpp"
#include "scenario/reference.hpp"
#include "scenario/template.hpp"
#include "scenario/triggers.hpp"
#include "verify/expectation.hpp"

namespace app {

namespace {

constexpr std::array<std::string_view, base::kStageNames.size()> kStageDocs = {
    "the greeting",
    "EHLO, HELO or LHLO",
    "STARTTLS; where TLS comes first, before the handshake",
    "AUTH, once the credentials are complete (a rule with early = true: the command itself)",
    "MAIL FROM",
    "RCPT TO, once per recipient",
    "the DATA command, or the first BDAT",
    "the reply to the final dot or BDAT LAST; LMTP: once per recipient",
    "RSET",
    "NOOP",
    "VRFY",
    "QUIT",
};

std::string stages() {
  std::string out;
  for (std::size_t i = 0; i < base::kStageNames.size(); ++i) {
    out += fmt::format("  {:<10} {}\n", base::kStageNames[i], kStageDocs[i]);
  }
  return out;
}

std::string kinds() {
  std::string out = "The kinds of events, for GET /v1/events?kind=:\n\n";
  for (const auto name : control::names_until(journal::Kind::dropped)) {
    out += fmt::format("  {}\n", name);
  }
  return out;
}

std::string routes() {
  return "The control API: under each path its parameters, the members of its body, and its\n"
         "replies with the shapes that GET /openapi.json describes. What is wrong is answered "
         "with\n"
         "{\"errors\":[{\"at\",\"message\",\"hint\"}]}: 400 malformed, 401 no token, 403 another "
         "site, 404 not "
         "there,\n"
         "405 another verb (with Allow), 413 too long, 415 another type of body, 421 another "
         "host,\n"
         "422 wrong values.\n\n" +
         control::describe_routes();
}

std::string exit_statuses() {
  return "  0    done; after SIGTERM or Ctrl-C too. test, verify: all checks passed\n"
         "  1    serve: failed after its start; health: not ready; others: output that cannot be\n"
         "       written\n"
         "       test, verify: a check failed\n"
         "  2    bad usage, a scenario with errors, a port in use, a file that cannot be read or\n"
         "       written: all of them are on standard error\n"
         "       test, verify: also what kept it from judging, or from writing its files\n"
         "  3    test, verify: inconclusive; the report says what could not be told\n"
         "  4    test: the command failed, and no check did\n"
         "  130  interrupted a second time while stopping; test: interrupted, with the report so "
         "far\n";
}

// One key: its name, its form, and what it means on the next line.
std::string described(const verify::ExpectationKey& key) {
  const std::string_view must = key.required ? " (required)" : "";
  return fmt::format("    {:<16} {}{}\n        {}\n", key.name, key.form, must, key.doc);
}

std::string checks() {
  std::string out =
      "What can be expected of a sender. A check judges what it selects; it passes, fails, or is\n"
      "inconclusive when it has seen nothing to judge or may not tell.\n";
  for (const verify::Check& check : verify::checks()) {
    out += fmt::format("\n  {}: {}\n", check.name, check.doc);
    out += fmt::format("    judges           {}\n", check.selects);
    out += fmt::format("    occasion         {}\n", check.occasion);
    out += fmt::format("    fails            {}\n", check.fails);
    out += fmt::format("    passes           {}\n", check.passes);
    for (const auto& key : verify::keys_of(check)) out += described(key);
  }
  return out + "\n'failmx help expectations' has the keys that every check takes.\n";
}

std::string expectations() {
  std::string out =
      "An [[expect]] table of a scenario, of a file for --expect, or of a policy:\n\n"
      "  [[expect]]\n"
      "  check  = \"retried\"\n"
      "  within = \"1h\"\n\n"
      "Its keys, beside those of its check ('failmx help checks'):\n\n";
  for (const auto& key : verify::expectation_keys()) out += described(key);
  out += "\nThe keys of a select table; lists are alternatives, several keys all hold:\n\n";
  for (const auto& row : verify::Select::keys()) {
    out += described({row.name, row.form, row.schema, row.doc});
  }
  return out;
}

std::string policies() {
  std::string out =
      "What is expected of a kind of sender, whatever the scenario: test, verify --policy NAME.\n"
      "A check that finds nothing to judge is not applicable. 'failmx show policy:NAME' prints "
      "one\n"
      "as TOML, to copy and change for --expect.\n";
  for (const auto& file : shipped::policies()) {
    const auto policy = policy_of(file);
    out += fmt::format("\n  {}: {}\n", file.name, policy.summary);
    for (const auto& expectation : policy.expectations) {
      const auto check = expectation.check->name;
      const auto said =
          expectation.name == check ? std::string() : fmt::format(": {}", expectation.name);
      out += fmt::format("    {}{}{}\n", check, said, expectation.advice ? " (advice)" : "");
    }
  }
  return out;
}

constexpr std::array kTopics = {
    Topic{"keys", "Every key of scenario files", scenario::keys_reference},
    Topic{"match", "What a rule can match on", scenario::match_reference},
    Topic{"actions", "What a rule can do", scenario::actions_reference},
    Topic{"placeholders", "What {..} in a reply stands for", scenario::placeholders_reference},
    Topic{
        "triggers",
        "Addresses that say what fails (scenario 'addresses')",
        scenario::triggers_reference},
    Topic{"tls", "Encryption, its certificates and its failures", tls_topic},
    Topic{"findings", "What is noted about a client's protocol", findings_topic},
    Topic{"stages", "Where in a conversation rules act", stages},
    Topic{"checks", "What can be expected of a sender, check by check", checks},
    Topic{"expectations", "How expectations are written: [[expect]]", expectations},
    Topic{"policies", "The shipped policies and their checks", policies},
    Topic{"config", "The file of 'serve --config': receivers declared", config_reference},
    Topic{"routes", "The control API", routes},
    Topic{"kinds", "The kinds of events in the journal", kinds},
    Topic{"exit", "Exit statuses", exit_statuses},
};

std::string overview() {
  std::string out = "failmx help TOPIC explains:\n\n";
  for (const Topic& topic : kTopics) out += fmt::format("  {:<13} {}\n", topic.name, topic.doc);
  out += "\nfailmx COMMAND --help explains a command and its environment variables.\n";
  return out;
}

}  // namespace

std::span<const Topic> topics() {
  return kTopics;
}

base::Result<std::string> explain(std::string_view name) {
  if (name.empty()) return overview();
  // What the route table is called depends on whom one asks.
  if (name == "api") name = "routes";
  std::vector<std::string_view> names;
  for (const Topic& topic : kTopics) {
    if (topic.name == name) return topic.text();
    names.push_back(topic.name);
  }
  if (auto help = help_of(name); !help.empty()) return help;
  return base::failure(
      fmt::format("there is no topic '{}'", base::printable(name, 80)),
      control::hint_for(name, names)
  );
}

}  // namespace app
