// A health check in a few HTTP requests: see the header.
#include "app/health.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/console.hpp"
#include "app/http_client.hpp"
#include "base/text.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr unsigned kOk = 200;
constexpr unsigned kUnavailable = 503;
constexpr std::size_t kMostShown = 200;  // octets of what another program says
constexpr std::size_t kMostNames = 5;

// Asks one program several things in the time of one.
class Questions {
 public:
  explicit Questions(const Health& options)
      : options_(options), until_(std::chrono::steady_clock::now() + options.timeout) {}

  base::Result<HttpAnswer> ask(const char* path) const {
    const base::Duration left = until_ - std::chrono::steady_clock::now();
    return app::ask(
        {.url = options_.http,
         .path = path,
         .token = options_.token,
         .within = std::max<base::Duration>(left, std::chrono::milliseconds(1)),
         .asked = options_.timeout}
    );
  }

 private:
  const Health& options_;
  const base::TimePoint until_;
};

std::optional<json::object> object_in(const HttpAnswer& answer) {
  boost::system::error_code error;
  auto value = json::parse(answer.body, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return base::printable({value->as_string().data(), value->as_string().size()}, kMostShown);
}

const json::array* list_in(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_array() ? &value->as_array() : nullptr;
}

// Why it is not ready, in its own words.
std::string reasons_in(const HttpAnswer& answer) {
  std::vector<std::string> reasons;
  const auto object = object_in(answer);
  const auto* const errors = object ? list_in(*object, "errors") : nullptr;
  if (errors == nullptr) return {};
  for (const auto& error : *errors) {
    if (!error.is_object()) continue;
    auto reason = text_in(error.as_object(), "message");
    if (!reason.empty() && reasons.size() < kMostNames) reasons.push_back(std::move(reason));
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

// Nothing: it is ready.
base::Result<void> check_ready(const Health& options, const Questions& questions) {
  const auto answer = questions.ask("/readyz");
  if (!answer) return tl::unexpected(answer.error());
  const auto reasons = answer->status == kUnavailable ? reasons_in(*answer) : std::string();
  if (!reasons.empty()) {
    return base::failure(fmt::format("{} is not ready: {}", options.http, reasons));
  }
  const auto object = object_in(*answer);
  if (answer->status == kOk && object && text_in(*object, "status") == "ready") return {};
  return base::failure(
      fmt::format(
          "{} answers /readyz with {}, but not as failmx does", options.http, answer->status
      ),
      "is another program listening there?"
  );
}

// ", 2 receivers: default, other"; empty if that is not to be known.
std::string receivers_of(const Questions& questions) {
  const auto answer = questions.ask("/v1/receivers");
  const auto object = answer && answer->status == kOk ? object_in(*answer) : std::nullopt;
  const auto* const items = object ? list_in(*object, "items") : nullptr;
  if (items == nullptr) return {};
  std::vector<std::string> names;
  for (const auto& item : *items) {
    if (!item.is_object()) continue;
    if (names.size() < kMostNames) names.push_back(text_in(item.as_object(), "name"));
  }
  return fmt::format(
      ", {} receiver{}: {}{}",
      items->size(),
      items->size() == 1 ? "" : "s",
      fmt::join(names, ", "),
      names.size() < items->size() ? ", ..." : ""
  );
}

std::string description(const Health& options, const Questions& questions) {
  const auto answer = questions.ask("/version");
  const auto object = answer && answer->status == kOk ? object_in(*answer) : std::nullopt;
  if (!object) return fmt::format("{} is ready (its token would tell more)", options.http);
  return fmt::format(
      "{} is ready: failmx {}{}", options.http, text_in(*object, "version"), receivers_of(questions)
  );
}

}  // namespace

int health(const Health& options, std::ostream& out, std::ostream& err) {
  if (const auto known = check_url(options.http); !known) {
    complain(known.error(), err);
    return kBadUsage;
  }
  const Questions questions(options);
  if (const auto ready = check_ready(options, questions); !ready) {
    complain(ready.error(), err);
    return kFailed;
  }
  if (!options.quiet) out << description(options, questions) << "\n";
  return kDone;
}

}  // namespace app
