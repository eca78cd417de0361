// Expectations in, results out: see the header.
#include "app/verdict.hpp"

#include <algorithm>
#include <utility>

#include "app/catalogue.hpp"
#include "app/console.hpp"
#include "app/policies.hpp"
#include "document/parse.hpp"
#include "document/write.hpp"

namespace app {

namespace {

bool is_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

bool add_file(const std::string& path, Given& given, std::ostream& err) {
  const auto text = read_file(path);
  if (!text) {
    complain(text.error(), err);
    return false;
  }
  document::Diagnostics sink(path);
  const auto root =
      is_json(*text) ? document::parse_json(*text, sink) : document::parse_toml(*text, sink);
  auto policy = root ? verify::read_policy(*root, path, sink) : std::nullopt;
  for (const auto& diagnostic : sink.take()) err << to_string(diagnostic) << "\n";
  if (!policy) return false;
  const document::Node* const list = root->find("expect");
  if (list == nullptr || policy->expectations.empty()) {
    complain({path + " expects nothing", "write what it expects as [[expect]]"}, err);
    return false;
  }
  given.expect_json = document::to_json(*list);
  given.expected->add(std::move(policy->expectations), control::kGivenExpectations);
  return true;
}

bool add_policy(const std::string& name, Given& given, std::ostream& err) {
  const auto all = shipped::policies();
  const auto file =
      std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.name == name; });
  if (file == all.end()) {
    complain(Catalogue(all, "policy").find(name).error(), err);
    return false;
  }
  auto policy = policy_of(*file);
  // What a policy's check does not find is not its sender's fault.
  for (auto& expectation : policy.expectations) expectation.policy = policy.name;
  given.expected->add(std::move(policy.expectations), "policy " + policy.name);
  return true;
}

}  // namespace

std::optional<Given> read_given(const Judged& options, std::ostream& err) {
  Given given;
  if (options.expect.empty() && options.policies.empty()) return given;
  given.expected.emplace();
  bool good = options.expect.empty() || add_file(options.expect, given, err);
  for (const auto& name : options.policies) good = add_policy(name, given, err) && good;
  if (!good) return std::nullopt;
  return given;
}

verify::Report report_at_end(
    const journal::Account& account,
    std::string_view receiver,
    base::WallTime start,
    const Given& given,
    std::string_view domain
) {
  const auto& last = account.marks.last();
  const verify::Timeline timeline(account, {.at = last.at, .judge = last.judge, .over = true});
  auto expected = given.expected ? *given.expected : control::expected_by(timeline.setup());
  const auto narrowed = control::narrowed(std::move(expected), domain);
  return control::report_on(timeline, narrowed, domain, receiver, start);
}

Results render(std::span<const verify::Report> reports, const verify::TextStyle& style) {
  auto coloured = style;
  coloured.colour = wants_colour();
  return {
      .text = verify::to_text(reports, coloured),
      .json = (reports.size() == 1 ? verify::to_json(reports.front()) : verify::to_json(reports)) +
              "\n",
      .junit = verify::to_junit(reports)};
}

bool can_write_results(const Judged& options, std::ostream& err) {
  bool good = true;
  for (const auto& path : {options.junit, options.report}) {
    if (const auto writable = check_writable(path); !writable) {
      complain(writable.error(), err);
      good = false;
    }
  }
  return good;
}

bool write_results(
    const Judged& options, const Results& results, std::ostream& out, std::ostream& err
) {
  out << results.text << std::flush;
  bool good = true;
  const auto write = [&](const std::string& path, const std::string& text) {
    if (path.empty()) return;
    if (const auto written = write_whole(path, text); !written) {
      complain(written.error(), err);
      good = false;
    }
  };
  write(options.junit, results.junit);
  write(options.report, results.json);
  return good;
}

}  // namespace app
