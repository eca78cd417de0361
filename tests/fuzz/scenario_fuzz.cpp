// Scenario documents from arbitrary bytes: an even first byte chooses TOML, an odd one JSON, the
// rest is the text. Whatever the text, loading ends, every finding has a place inside it, and what
// loads can be asked and acted on.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenario/decide.hpp"
#include "scenario/load.hpp"

namespace {

// In builds without assertions too.
void require(bool condition) {
  if (!condition) std::abort();
}

void check_places(const std::vector<base::Diagnostic>& diagnostics, std::string_view text) {
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  for (const auto& d : diagnostics) {
    require(!d.message.empty());
    require(d.line >= 0 && d.line <= lines);
    require(d.column >= 0 && static_cast<std::size_t>(d.column) <= text.size() + 1);
    require((d.line == 0) == (d.column == 0));
    require(!base::to_string(d).empty());
  }
}

void ask(const scenario::Scenario& s) {
  scenario::Counters counters(10);
  smtp::Envelope envelope;
  const smtp::Message message;
  const auto normal = smtp::make_reply(250, "2.0.0", "Ok");
  const std::array<std::string_view, 2> recipients{"a+452-4.3.1x2@b.test", "c@d.test"};
  for (std::size_t i = 0; i < base::kStageNames.size(); ++i) {
    scenario::Query query;
    query.stage = static_cast<base::Stage>(i);
    query.envelope = &envelope;
    query.sender = "s@t.test";
    query.has_sender = true;
    for (const auto recipient : recipients) {
      query.targets.push_back({.recipient = recipient, .delivery_key = recipient, .attempt = 1});
    }
    if (query.stage == base::Stage::message) query.message = &message;
    const auto decision = scenario::decide(s, query, counters);
    const auto action = scenario::act(decision, normal, query.stage, {}, s.scale);
    require(!action.plan.accepts() || action.plan.commit <= action.plan.ops.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto loaded =
      data[0] % 2 == 0 ? scenario::load_toml(text, "x.toml") : scenario::load_json(text, "x.json");
  check_places(loaded.diagnostics, text);
  const bool failed =
      std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), [](const auto& d) {
        return d.severity == base::Severity::error;
      });
  require(loaded.ok() != failed);
  if (loaded.ok()) ask(*loaded.value);
  return 0;
}
