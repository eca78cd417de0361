// Scenarios of texts: see the header.
#include "control/source.hpp"

#include <memory>
#include <utility>

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

}  // namespace control
