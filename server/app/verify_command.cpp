// A verdict from elsewhere: see the header.
#include "app/verify_command.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/console.hpp"
#include "app/http_client.hpp"
#include "app/run_end.hpp"
#include "app/verdict.hpp"
#include "control/http.hpp"
#include "journal/file.hpp"
#include "verify/render.hpp"

namespace app {

namespace json = boost::json;

namespace {

// What either way of asking gives.
struct Answer {
  Results results{};
  verify::Result result = verify::Result::inconclusive;
};

// ---- a journal file

base::Result<journal::File> read_file_of_events(const std::string& path, std::ostream& err) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::failure(fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  auto loaded = journal::read_journal(in, path, {}, journal::Keep::accounts);
  for (const auto& diagnostic : loaded.diagnostics) err << to_string(diagnostic) << "\n";
  if (!loaded.ok()) return base::failure(fmt::format("'{}' cannot be judged", path));
  return std::move(*loaded.value);
}

base::Result<Answer> judge_file(const Verify& options, const Given& given, std::ostream& err) {
  const auto domain =
      options.domain.empty() ? base::Result<std::string>("") : control::domain_in(options.domain);
  if (!domain) return tl::unexpected(domain.error());
  const auto file = read_file_of_events(options.journal, err);
  if (!file) return tl::unexpected(file.error());
  std::vector<verify::Report> reports;
  std::vector<std::string_view> names;
  for (const auto& [name, account] : file->receivers) {
    names.emplace_back(name);
    if (!options.receiver.empty() && options.receiver != name) continue;
    reports.push_back(report_at_end(account, name, file->start, given, *domain));
  }
  if (reports.empty()) {
    if (names.empty()) {
      return base::failure(fmt::format("no receiver is in '{}'", options.journal));
    }
    return base::failure(
        fmt::format("no receiver '{}' is in '{}'", options.receiver, options.journal),
        control::hint_for(options.receiver, names)
    );
  }
  return Answer{render(reports), verify::worst(reports)};
}

// ---- a running program

constexpr std::string_view kAll = "application/vnd.failmx.reports+json";

std::string body_of(const Verify& options, const Given& given) {
  std::string body;
  const auto add = [&body](std::string_view name, const std::string& value) {
    body += fmt::format("{}\"{}\":{}", body.empty() ? "{" : ",", name, value);
  };
  const auto quoted = [](const auto& text) { return json::serialize(json::value(text)); };
  if (!options.receiver.empty()) add("receiver", quoted(options.receiver));
  if (!options.domain.empty()) add("domain", quoted(options.domain));
  if (!given.expect_json.empty()) add("expect", given.expect_json);
  if (!options.policies.empty()) {
    add("policy", quoted(json::array(options.policies.begin(), options.policies.end())));
  }
  if (options.wait.count() > 0) add("wait", quoted(base::format_duration(options.wait)));
  return body.empty() ? "{}" : body + "}";
}

// The problems of an error answer, one a line; else its status.
base::Error refusal(const HttpAnswer& answer, const std::string& url) {
  boost::system::error_code error;
  const auto value = json::parse(answer.body, error);
  const auto* errors =
      !error && value.is_object() ? value.as_object().if_contains("errors") : nullptr;
  base::Error out{fmt::format("{} answers {}", url, answer.status), ""};
  if (errors == nullptr || !errors->is_array()) {
    out.hint = "is this failmx?";
    return out;
  }
  const auto text = [](const json::object& from, const char* name) {
    const auto* member = from.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->as_string())
                                                    : std::string();
  };
  for (const auto& one : errors->as_array()) {
    if (!one.is_object()) continue;
    const auto hint = text(one.as_object(), "hint");
    out.message += fmt::format(
        "\n  {}: {}{}{}",
        text(one.as_object(), "at"),
        text(one.as_object(), "message"),
        hint.empty() ? "" : "; ",
        hint
    );
  }
  return out;
}

std::optional<verify::Result> result_named(std::string_view name) {
  for (const auto result :
       {verify::Result::pass, verify::Result::fail, verify::Result::inconclusive}) {
    if (verify::name_of(result) == name) return result;
  }
  return std::nullopt;
}

// The octets of the member "report", exactly as they came: numbers keep the form they were given.
// It stands between "text" and "junit", and no quote within a string of JSON is without a
// backslash.
std::string report_in(const std::string& body) {
  constexpr std::string_view kBefore = ",\"report\":";
  const auto from = body.find(kBefore);
  const auto to = body.rfind(",\"junit\":");
  if (from == std::string::npos || to == std::string::npos || to < from) return {};
  return body.substr(from + kBefore.size(), to - from - kBefore.size());
}

base::Result<Answer> read_answer(const HttpAnswer& answer, const std::string& url) {
  const auto foreign = base::failure(fmt::format("{} gives no report", url), "is this failmx?");
  boost::system::error_code error;
  const auto value = json::parse(answer.body, error);
  if (error || !value.is_object()) return foreign;
  const auto& all = value.as_object();
  for (const auto* name : {"verdict", "text", "junit"}) {
    if (!all.contains(name) || !all.at(name).is_string()) return foreign;
  }
  const auto& verdict = all.at("verdict").as_string();
  const auto result = result_named({verdict.data(), verdict.size()});
  if (!result) return foreign;
  return Answer{
      {.text = std::string(all.at("text").as_string()),
       .json = report_in(answer.body) + "\n",
       .junit = std::string(all.at("junit").as_string())},
      *result};
}

base::Result<Answer> ask_server(const Verify& options, const Given& given) {
  constexpr unsigned kOk = 200;
  constexpr base::Duration kPatience = std::chrono::seconds(60);  // beside the wait
  const auto answer = ask(
      {.url = options.http,
       .path = "/v1/verify",
       .body = body_of(options, given),
       .accept = std::string(kAll),
       .token = options.token,
       .within = options.wait + kPatience}
  );
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != kOk) return tl::unexpected(refusal(*answer, options.http));
  return read_answer(*answer, options.http);
}

}  // namespace

int verify(const Verify& options, std::ostream& out, std::ostream& err) {
  const auto given = read_given(options, err);
  const bool writable = can_write_results(options, err);
  if (!given || !writable) return kBadUsage;
  const auto answer =
      options.journal.empty() ? ask_server(options, *given) : judge_file(options, *given, err);
  if (!answer) {
    complain(answer.error(), err);
    return kBadUsage;
  }
  if (!write_results(options, answer->results, out, err)) return kBadUsage;
  return exit_status(answer->result, false);
}

}  // namespace app
