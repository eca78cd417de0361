// THE TABLE of help topics.
#include "app/topics.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "app/cli.hpp"
#include "base/stage.hpp"
#include "base/text.hpp"
#include "control/query.hpp"
#include "control/routes.hpp"
#include "journal/event.hpp"
#include "scenario/reference.hpp"
#include "scenario/template.hpp"
#include "scenario/triggers.hpp"

namespace app {

namespace {

constexpr std::array<std::string_view, base::kStageNames.size()> kStageDocs = {
    "the greeting",
    "EHLO, HELO or LHLO",
    "STARTTLS",
    "AUTH",
    "MAIL FROM",
    "RCPT TO, once per recipient",
    "the DATA command",
    "the reply to the final dot",
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
  return "The control API. Errors are {\"errors\":[{\"at\",\"message\",\"hint\"}]}.\n\n" +
         control::describe_routes();
}

std::string exit_statuses() {
  return "  0    done; after SIGTERM or Ctrl-C too\n"
         "  1    failed: a port in use, a file that cannot be written; health: not alive\n"
         "  2    bad usage, or a scenario with errors: all of them are on standard error\n"
         "  130  interrupted a second time while stopping\n";
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
    Topic{"stages", "Where in a conversation rules act", stages},
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
