// Reading and printing: see the header.
#include "app/commands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/certificates.hpp"
#include "app/console.hpp"
#include "app/policies.hpp"
#include "app/topics.hpp"
#include "scenario/load.hpp"

namespace app {

namespace {

constexpr std::string_view kPolicy = "policy:";  // before the name of one

// "1 rule", "3 rules".
std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string summary(const std::string& file, const base::Loaded<scenario::ScenarioPtr>& loaded) {
  const auto has = [&loaded](base::Severity severity) {
    const auto& all = loaded.diagnostics;
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& d) {
      return d.severity == severity;
    }));
  };
  const auto warnings = has(base::Severity::warning);
  const auto also = warnings == 0 ? std::string() : ", " + counted(warnings, "warning");
  if (!loaded.ok()) {
    return fmt::format("{}: {}{}\n", file, counted(has(base::Severity::error), "error"), also);
  }
  const auto& scenario = **loaded.value;
  std::string phases;
  if (scenario.phases.size() > 1 || !scenario.phases.front().name.empty()) {
    phases = ", " + counted(scenario.phases.size(), "phase");
  }
  return fmt::format(
      "{}: ok, {}{}{}\n", file, counted(scenario.rules.size(), "rule"), phases, also
  );
}

}  // namespace

namespace {

// What only OpenSSL can tell of a scenario is told as its other mistakes are. `authority` is made
// when it is first needed.
base::Loaded<scenario::ScenarioPtr> load_with_tls(
    const control::Source& source, std::optional<tls::Authority>& authority, std::ostream& err
) {
  auto loaded = control::load(source, std::nullopt);
  if (!loaded.ok()) return loaded;
  if (!authority) authority = certificates_for({}, err);
  if (!authority) return loaded;
  const auto errors = prepare_handshakes(*authority, **loaded.value);
  for (const auto& error : errors) {
    base::Diagnostic found;
    found.file = source.file;
    found.message = error.message;
    found.hint = error.hint;
    loaded.diagnostics.push_back(std::move(found));
  }
  if (!errors.empty()) loaded.value = tl::unexpected(std::monostate{});
  return loaded;
}

}  // namespace

int check(const Check& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err) {
  int status = kDone;
  std::optional<tls::Authority> authority;
  for (const auto& file : options.files) {
    const auto source = catalogue.resolve(file);
    if (!source) {
      complain(source.error(), err);
      status = kBadUsage;
      continue;
    }
    const auto loaded = load_with_tls(*source, authority, err);
    for (const auto& diagnostic : loaded.diagnostics) err << to_string(diagnostic) << "\n";
    err.flush();
    out << summary(source->file, loaded) << std::flush;
    if (!loaded.ok()) status = kBadUsage;
  }
  return status;
}

namespace {

// A scenario or a policy, as `list` shows it.
struct Line {
  std::string name;
  std::string text;
};

void print(const std::vector<Line>& lines, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.name.size());
  for (const auto& line : lines) out << fmt::format("{:<{}}  {}\n", line.name, width, line.text);
}

std::vector<Line> policy_lines() {
  std::vector<Line> lines;
  for (const auto& file : shipped::policies()) {
    lines.push_back({fmt::format("{}{}", kPolicy, file.name), policy_of(file).summary});
  }
  return lines;
}

}  // namespace

int list(const List& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err) {
  std::vector<Line> lines;
  for (const auto& [name, source] : catalogue.all()) {
    const auto loaded = control::load(source, std::nullopt);
    if (!loaded.ok()) {
      if (options.tag.empty()) lines.push_back({name, "(has errors: see 'failmx check')"});
      continue;
    }
    const auto& tags = (*loaded.value)->tags;
    const bool tagged = std::find(tags.begin(), tags.end(), options.tag) != tags.end();
    if (options.tag.empty() || tagged) lines.push_back({name, (*loaded.value)->summary});
  }
  print(lines, out);
  if (lines.empty()) {
    complain({fmt::format("no scenario has the tag '{}'", options.tag), ""}, err);
    return kFailed;
  }
  if (options.tag.empty()) {
    out << "\nPolicies, what is expected of a kind of sender whatever the scenario "
           "(test, verify: --policy NAME):\n";
    print(policy_lines(), out);
  }
  return kDone;
}

int show(const Show& options, const Catalogue& catalogue, std::ostream& out, std::ostream& err) {
  const std::string_view name = options.name;
  const bool is_policy = name.starts_with(kPolicy);
  const Catalogue policies(shipped::policies(), "policy");
  const auto source = is_policy ? policies.find(name.substr(kPolicy.size())) : catalogue.find(name);
  if (!source) {
    complain(source.error(), err);
    return kBadUsage;
  }
  out << source->text;
  return kDone;
}

int schema(std::ostream& out) {
  out << scenario::json_schema() << "\n";
  return kDone;
}

int help(const Help& options, std::ostream& out, std::ostream& err) {
  const auto text = explain(options.topic);
  if (!text) {
    complain(text.error(), err);
    return kBadUsage;
  }
  out << *text;
  return kDone;
}

}  // namespace app
