// Wishes for receivers: see the header. The ports come first, since only they can fail once the
// scenario is loaded.
#include "control/fleet.hpp"

#include <utility>

#include <fmt/format.h>

#include "document/parse.hpp"
#include "scenario/load.hpp"

namespace control {

namespace {

base::Loaded<scenario::Scenario> load_named(const Source& source) {
  document::Diagnostics sink(source.file);
  const auto root = source.format == Source::Format::toml ? document::parse_toml(source.text, sink)
                                                          : document::parse_json(source.text, sink);
  base::Loaded<scenario::Scenario> out;
  if (root) {
    if (auto loaded = scenario::load_node(*root, source.name, sink)) {
      out.value = std::move(*loaded);
    }
  }
  out.diagnostics = sink.take();
  return out;
}

base::Loaded<scenario::Scenario> load_source(const Source& source) {
  if (!source.name.empty()) return load_named(source);
  return source.format == Source::Format::toml ? scenario::load_toml(source.text, source.file)
                                               : scenario::load_json(source.text, source.file);
}

}  // namespace

base::Loaded<scenario::ScenarioPtr> load(const Source& source, std::optional<std::uint64_t> seed) {
  auto loaded = load_source(source);
  base::Loaded<scenario::ScenarioPtr> out;
  out.diagnostics = std::move(loaded.diagnostics);
  if (!loaded.ok()) return out;
  if (seed) loaded.value->seed = *seed;
  out.value = std::make_shared<const scenario::Scenario>(std::move(*loaded.value));
  return out;
}

tl::expected<std::vector<base::Diagnostic>, Refusal> Fleet::put(
    const Wish& wish, base::TimePoint now
) {
  auto loaded = load(wish.source, wish.seed);
  if (!loaded.ok()) {
    return tl::unexpected(Refusal{Refusal::Why::scenario, std::move(loaded.diagnostics)});
  }
  auto receiver = registry_.find(wish.name);
  const bool is_new = receiver == nullptr;
  if (is_new) {
    if (registry_.all().size() >= kMostReceivers) {
      base::Error full{
          fmt::format("there are {} receivers already", kMostReceivers), "use one of them again"};
      return tl::unexpected(Refusal{Refusal::Why::limit, {}, std::move(full)});
    }
    receiver =
        std::make_shared<receiver::Receiver>(wish.name, *loaded.value, journal_, run_start_, now);
  }
  if (is_new || wish.listeners) {
    const auto addresses = wish.listeners.value_or(std::vector<std::string>{"127.0.0.1:0"});
    auto listening = ports_.listen(receiver, addresses);
    if (!listening) {
      if (is_new) journal_.clear(wish.name);
      return tl::unexpected(Refusal{Refusal::Why::listener, {}, std::move(listening.error())});
    }
  }
  InForce wished{wish.source, wish.seed};
  const auto present = in_force_.find(wish.name);
  if (is_new) {
    registry_.add(receiver);
  } else if (present == in_force_.end() || present->second != wished) {
    receiver->use(*loaded.value, now);
  }
  in_force_.insert_or_assign(wish.name, std::move(wished));
  return std::move(loaded.diagnostics);
}

}  // namespace control
