// The body of POST /v1/verify: see the header.
#include "control/api/question.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/body.hpp"
#include "document/parse.hpp"
#include "document/table.hpp"

namespace control::api {

namespace {

using document::Diagnostics;
using document::Node;

struct Asked {
  const Node* receiver = nullptr;  // a string
  const Node* expect = nullptr;    // a list, not looked at yet
  const Node* policy = nullptr;    // a string, or a list of them
  std::string domain{};
  base::Duration wait{0};
};

// Judging and telling take time for each, and the API has one thread.
constexpr std::size_t kMostChecks = 1000;
constexpr std::size_t kMostPolicies = 20;

void read_receiver(const Node& value, Asked& asked, Diagnostics& sink) {
  if (document::want_string(value, "receiver", sink)) asked.receiver = &value;
}

void read_expect(const Node& value, Asked& asked, Diagnostics& sink) {
  if (document::want_list(value, "expect", sink) == nullptr) return;
  if (value.items.size() > kMostChecks) {
    sink.error(value.place, fmt::format("at most {} expectations are possible", kMostChecks));
    return;
  }
  asked.expect = &value;
}

void read_policy_names(const Node& value, Asked& asked, Diagnostics& sink) {
  if (document::one_or_many(value).size() > kMostPolicies) {
    sink.error(value.place, fmt::format("at most {} policies are possible", kMostPolicies));
    return;
  }
  for (const Node& name : document::one_or_many(value)) {
    if (!document::want_string(name, "policy", sink)) return;
  }
  asked.policy = &value;
}

void read_domain(const Node& value, Asked& asked, Diagnostics& sink) {
  const auto text = document::want_string(value, "domain", sink);
  if (!text) return;
  auto domain = domain_in(*text);
  if (domain) {
    asked.domain = std::move(*domain);
  } else {
    sink.error(value.place, domain.error());
  }
}

void read_wait(const Node& value, Asked& asked, Diagnostics& sink) {
  const auto wait = document::want_duration(value, "wait", sink);
  if (!wait) return;
  if (*wait > kLongestJudging) {
    const auto most = base::format_duration(kLongestJudging);
    sink.error(value.place, fmt::format("'wait' is longer than {}", most), "ask again after it");
  }
  asked.wait = *wait;
}

constexpr document::Row<Asked> kBodyKeys[] = {
    {"receiver", "NAME", "", "which one; may be left out while there is only one", read_receiver},
    {"expect",
     "[{\"check\":\"retried\"}]",
     "",
     "expectations, as [[expect]] writes them; default the scenario's own",
     read_expect},
    {"policy", "NAME", "", "a known policy, or a list of them", read_policy_names},
    {"domain", "NAME", "", "only mail to this recipient domain; default all", read_domain},
    {"wait",
     "30s",
     "",
     "until the verdict is certain, at most so long (at most 10m); default not at all",
     read_wait},
};

std::shared_ptr<receiver::Receiver> receiver_meant(
    Api& api, const Asked& asked, const Node& body, Diagnostics& sink
) {
  const auto all = api.registry.all();
  const auto names = names_of(all);
  if (asked.receiver != nullptr) {
    const std::string& name = asked.receiver->text;
    auto found = api.registry.find(name);
    if (!found) {
      const auto message = fmt::format("no receiver '{}'", base::printable(name, 80));
      sink.error(asked.receiver->place, message, hint_for(name, names));
    }
    return found;
  }
  if (all.size() == 1) return all.front();
  // A wrong one has been reported already.
  if (body.find("receiver") == nullptr) {
    sink.error(
        body.place,
        "which receiver is meant?",
        fmt::format("add \"receiver\" with one of: {}", fmt::join(names, ", "))
    );
  }
  return nullptr;
}

// A known policy; what is wrong with its text joins `more`.
std::optional<verify::Policy> known_policy(
    Api& api, const Node& name, Diagnostics& sink, std::vector<Problem>& more
) {
  if (!api.find_policy) {
    const auto message = fmt::format("there is no policy '{}'", base::printable(name.text, 80));
    sink.error(name.place, message);
    return std::nullopt;
  }
  const auto source = api.find_policy(name.text);
  if (!source) {
    sink.error(name.place, source.error());
    return std::nullopt;
  }
  Diagnostics own(source->file);
  const auto root = source->format == Source::Format::toml
                        ? document::parse_toml(source->text, own)
                        : document::parse_json(source->text, own);
  const std::string_view fallback = source->name.empty() ? name.text : source->name;
  auto policy = root ? verify::read_policy(*root, fallback, own) : std::nullopt;
  const bool failed = own.failed();
  for (auto& problem : problems_of(own.take(), base::Severity::error, "")) {
    more.push_back(std::move(problem));
  }
  if (failed || !policy) return std::nullopt;
  // What a policy's check does not find is not its sender's fault.
  for (auto& expectation : policy->expectations) expectation.policy = policy->name;
  return policy;
}

// nullopt: none were given.
std::optional<Expected> expectations_given(
    Api& api, const Asked& asked, Diagnostics& sink, std::vector<Problem>& more
) {
  if (asked.expect == nullptr && asked.policy == nullptr) return std::nullopt;
  Expected expected;
  if (asked.expect != nullptr) {
    expected.add(
        verify::read_expectations(*asked.expect, "an expectation", sink), kGivenExpectations
    );
  }
  if (asked.policy != nullptr) {
    for (const Node& name : document::one_or_many(*asked.policy)) {
      if (auto policy = known_policy(api, name, sink, more)) {
        expected.add(std::move(policy->expectations), "policy " + policy->name);
      }
    }
  }
  return expected;
}

}  // namespace

Answer<Question> question_of(Api& api, const Call& call) {
  const Node* body = call.body;
  Diagnostics& sink = *call.findings;
  Asked asked;
  document::read_table<Asked>(*body, "the body", kBodyKeys, {}, asked, sink);
  Question question;
  std::vector<Problem> more;
  if (body->is(document::Kind::table)) {
    question.receiver = receiver_meant(api, asked, *body, sink);
    question.expected = expectations_given(api, asked, sink, more);
  }
  question.domain = std::move(asked.domain);
  question.wait = asked.wait;
  auto problems = problems_of(sink.take(), base::Severity::error, "");
  problems.insert(problems.end(), more.begin(), more.end());
  if (!problems.empty()) return tl::unexpected(ApiError{Fault::invalid, std::move(problems)});
  return question;
}

std::vector<MemberDoc> verify_members() {
  return members_of<Asked>(kBodyKeys);
}

}  // namespace control::api
