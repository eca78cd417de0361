// Gathering mistakes: see the header.
#include "app/mistakes.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace app {

namespace {

constexpr std::size_t kMostShown = 300;  // octets of a complaint, which quotes the value

// Stands in for a value that is wrong: whatever the type of the option, it is one of it.
constexpr const char* kAnything = "1";

// nullptr: any value will do.
CLI::Validator* validator_of(CLI::Option& option) {
  try {
    return option.get_validator(0);
  } catch (const CLI::OptionNotFound&) {
    return nullptr;
  }
}

void collect_of(CLI::Option& option, Mistakes& mistakes) {
  CLI::Validator* const validator = validator_of(option);
  if (validator == nullptr) return;
  const CLI::Validator asked = *validator;
  validator->non_modifying(false);
  validator->operation([asked, &option, &mistakes](std::string& value) {
    auto what = asked(value);
    if (what.empty()) return what;
    const auto is_known = [&](const Mistake& one) {
      return one.option == &option && one.what == what;
    };
    if (std::none_of(mistakes.begin(), mistakes.end(), is_known)) {
      mistakes.push_back({&option, std::move(what)});
    }
    value = kAnything;
    return std::string();
  });
}

bool is_given(const CLI::Option& option, const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return option.check_name(argument.substr(0, argument.find('=')));
  });
}

// Whether the option is one of the command that was named.
bool is_chosen(const CLI::Option& option, const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return true;
  const CLI::App& command = *chosen.front();
  const auto options = command.get_options();
  return std::find(options.begin(), options.end(), &option) != options.end();
}

}  // namespace

void collect(CLI::App& app, Mistakes& mistakes) {
  for (auto* command : app.get_subcommands({})) {
    for (auto* option : command->get_options()) collect_of(*option, mistakes);
  }
}

std::vector<std::string> told(
    const Mistakes& mistakes, const CLI::App& app, const std::vector<std::string>& arguments
) {
  std::vector<std::string> lines;
  for (const auto& [option, what] : mistakes) {
    if (!is_chosen(*option, app)) continue;
    const auto variable = option->get_envname();
    const bool from_outside = !variable.empty() && !is_given(*option, arguments);
    const auto place = from_outside ? variable : option->get_name();
    lines.push_back(fmt::format("{}: {}", place, base::printable(what, kMostShown)));
  }
  return lines;
}

}  // namespace app
