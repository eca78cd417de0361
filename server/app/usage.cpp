// Complaints about command lines: see the header. CLI11 knows that an argument is wrong, not what
// it should have been.
#include "app/usage.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/http.hpp"

namespace app {

namespace {

constexpr std::size_t kMostShown = 100;  // octets of an argument

// Announced, so people try them; told apart from what is misspelt.
constexpr std::array<std::string_view, 1> kLater = {"--html"};

bool comes_later(std::string_view word) {
  return std::find(kLater.begin(), kLater.end(), word) != kLater.end();
}

std::string not_yet(std::string_view word) {
  return fmt::format("'{}' is not in this version", word);
}

// The argument without a value: "--seed" of "--seed=1".
std::string word_of(const std::string& argument) {
  return argument.substr(0, argument.find('='));
}

// What stands where a command should; empty if none of that kind was the mistake.
std::string wrong_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return {};
  const std::string& word = arguments.front();
  std::vector<std::string> known;
  for (const auto* command : app.get_subcommands({})) known.push_back(command->get_name());
  if (std::find(known.begin(), known.end(), word) != known.end()) return {};
  if (comes_later(word)) return not_yet(word);
  const std::vector<std::string_view> names(known.begin(), known.end());
  // 'failmx version': an option, without its dashes.
  const bool is_option = app.get_option_no_throw("--" + word) != nullptr;
  const auto hint =
      is_option ? fmt::format("did you mean '--{}'?", word) : control::hint_for(word, names);
  return fmt::format("there is no command '{}'; {}", base::printable(word, kMostShown), hint);
}

// An option of the command that was named, or a command, that is spelt like one of the extras.
std::string near_to(const CLI::App& command, const std::vector<std::string>& extras) {
  std::vector<std::string> known;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const auto* subcommand : command.get_subcommands({})) {
    known.push_back(subcommand->get_name());
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& extra : extras) {
    if (const auto near = base::nearest(word_of(extra), names)) {
      return fmt::format("; did you mean '{}'?", *near);
    }
  }
  return {};
}

// Arguments nobody asked for; empty if there are none.
std::string unexpected(const CLI::App& app) {
  const auto extras = app.remaining(true);
  if (extras.empty()) return {};
  for (const auto& extra : extras) {
    if (comes_later(word_of(extra))) return not_yet(word_of(extra));
  }
  std::string listed;
  for (const auto& extra : extras) {
    listed += fmt::format("{}'{}'", listed.empty() ? "" : " ", base::printable(extra, kMostShown));
  }
  const auto chosen = app.get_subcommands();
  const bool lacks_mark =
      !chosen.empty() && chosen.front()->get_name() == "test" && !extras.front().starts_with('-');
  return fmt::format(
      "not expected{}: {}{}",
      chosen.empty() ? "" : " by " + chosen.front()->get_name(),
      listed,
      lacks_mark ? "; the command stands behind '--'"
                 : near_to(chosen.empty() ? app : *chosen.front(), extras)
  );
}

}  // namespace

CommandLine bad_usage(
    const CLI::App& app,
    const CLI::ParseError& error,
    const std::vector<std::string>& arguments,
    const Mistakes& mistakes
) {
  auto what = wrong_command(app, arguments);
  if (what.empty()) what = unexpected(app);
  if (what.empty()) what = error.what();
  auto all = told(mistakes, app, arguments);
  all.push_back(what);
  return bad_usage(app, all);
}

CommandLine bad_usage(const CLI::App& app, const std::vector<std::string>& what) {
  const auto chosen = app.get_subcommands();
  const std::string where = chosen.empty() ? "" : chosen.front()->get_name() + " ";
  CommandLine line{.status = kBadUsage};
  for (const auto& one : what) line.err += fmt::format("failmx: {}\n", one);
  line.err += fmt::format("Run 'failmx {}--help' for what is possible.\n", where);
  return line;
}

}  // namespace app
