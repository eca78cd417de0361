// A verdict from elsewhere: see the header.
#include "app/verify_command.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

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
  return Answer{render(reports, {}), verify::worst(reports)};
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

std::string text_in(const json::object& from, const char* name) {
  const auto* member = from.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string())
                                                  : std::string();
}

// A problem of the request in terms of the options that made it: "/wait" is --wait.
std::string in_own_terms(const json::object& problem) {
  auto place = text_in(problem, "at");
  auto hint = text_in(problem, "hint");
  for (const std::string name : {"receiver", "domain", "policy", "wait"}) {
    if (place == "/" + name || place.starts_with("/" + name + "/")) place = "--" + name;
    const auto member = "add \"" + name + "\" ";
    if (hint.starts_with(member)) hint.replace(0, member.size(), "add --" + name + " ");
  }
  // The request as a whole: nothing that its user has written.
  const bool all = place.empty() || place == "/" || place == "body";
  return fmt::format(
      "{}{}{}{}",
      all ? "" : place + ": ",
      text_in(problem, "message"),
      hint.empty() ? "" : "; ",
      hint
  );
}

// What an error answer says is wrong, each for itself; nullopt: it is none of failmx.
std::optional<std::vector<std::string>> problems_in(const HttpAnswer& answer) {
  boost::system::error_code error;
  const auto value = json::parse(answer.body, error);
  const auto* errors =
      !error && value.is_object() ? value.as_object().if_contains("errors") : nullptr;
  if (errors == nullptr || !errors->is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& one : errors->as_array()) {
    if (one.is_object()) out.push_back(in_own_terms(one.as_object()));
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

// The text, as a server writes it for whoever reads it, with the address of this one where it says
// at what to look: the last sentence of a report.
std::string with_address(const std::string& text, std::string_view url) {
  constexpr std::string_view kVerb = "GET";
  const auto from = text.rfind("\nLook at: ");
  const auto verb = from == std::string::npos ? from : text.find(kVerb, from);
  const auto path = verb == std::string::npos ? verb : text.find('/', verb);
  if (path == std::string::npos) return text;
  while (url.ends_with('/')) url.remove_suffix(1);
  const auto* const scheme = url.starts_with("http://") ? "" : "http://";
  const auto end = std::min(text.find_first_of(" \n", path), text.size());
  return fmt::format(
      "{}{}{}{}\n", text.substr(0, verb), scheme, url, text.substr(path, end - path)
  );
}

// nullopt: reported.
std::optional<Answer> ask_server(const Verify& options, const Given& given, std::ostream& err) {
  constexpr unsigned kOk = 200;
  constexpr base::Duration kPatience = std::chrono::seconds(60);  // beside the wait
  const auto until = std::chrono::steady_clock::now() + options.wait;
  const auto answer = ask(
      {.url = options.http,
       .path = "/v1/verify",
       .body = body_of(options, given),
       .accept = std::string(kAll),
       .token = options.token,
       .within = options.wait + kPatience}
  );
  if (answer && answer->status != kOk) {
    const auto problems = problems_in(*answer);
    const auto* const doubt = problems ? "" : "is this failmx?";
    const auto what = fmt::format("{} answers {}", options.http, answer->status);
    complain({what, doubt}, problems.value_or(std::vector<std::string>()), err);
    return std::nullopt;
  }
  auto read = answer ? read_answer(*answer, options.http) : tl::unexpected(answer.error());
  if (!read) {
    complain(read.error(), err);
    return std::nullopt;
  }
  if (options.wait.count() > 0 && std::chrono::steady_clock::now() >= until) {
    err << fmt::format(
               "failmx: the time is over (--wait {}); the report as things stand:\n",
               base::format_duration(options.wait)
           )
        << std::flush;
  }
  read->results.text = with_address(read->results.text, options.http);
  return std::move(*read);
}

// nullopt: reported.
std::optional<Answer> answer_to(const Verify& options, const Given& given, std::ostream& err) {
  if (options.journal.empty()) return ask_server(options, given, err);
  auto judged = judge_file(options, given, err);
  if (judged) return std::move(*judged);
  complain(judged.error(), err);
  return std::nullopt;
}

}  // namespace

int verify(const Verify& options, std::ostream& out, std::ostream& err) {
  const auto given = read_given(options, err);
  const bool writable = can_write_results(options, err);
  if (!given || !writable) return kBadUsage;
  const auto answer = answer_to(options, *given, err);
  if (!answer) return kBadUsage;
  if (!write_results(options, answer->results, out, err)) return kBadUsage;
  return exit_status(answer->result, false);
}

}  // namespace app
