// Wishes as they are written: see the header.
#include "control/wish.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/address.hpp"
#include "document/pattern.hpp"
#include "document/write.hpp"
#include "receiver/directory.hpp"
#include "scenario/load.hpp"

namespace control {

namespace {

using document::Diagnostics;
using document::Need;
using document::Node;

void read_scenario(const Node& value, WishDraft& draft, Diagnostics& sink) {
  if (value.is(document::Kind::string) || value.is(document::Kind::table)) {
    draft.scenario = &value;
    return;
  }
  sink.error(
      value.place,
      fmt::format("'scenario' must be a name or a scenario, not {}", name_of(value.kind)),
      "a name as in 'failmx list', or a table in the vocabulary of scenario files"
  );
}

void read_toml(const Node& value, WishDraft& draft, Diagnostics& sink) {
  if (document::want_string(value, "scenario_toml", sink)) draft.toml = &value;
}

void read_seed(const Node& value, WishDraft& draft, Diagnostics& sink) {
  draft.seed = document::want_integer(value, "seed", 0, INT64_MAX, sink);
}

// ---- domains

void read_domains(const Node& value, WishDraft& draft, Diagnostics& sink) {
  if (document::want_list(value, "domains", sink) == nullptr) return;
  if (value.items.size() > Wish::kMostDomains) {
    sink.error(value.place, fmt::format("at most {} domains are possible", Wish::kMostDomains));
    return;
  }
  std::vector<std::string> domains;
  for (const Node& item : value.items) {
    const auto text = document::want_string(item, "a domain", sink);
    if (!text) continue;
    auto domain = base::to_lower(*text);
    if (auto wrong = receiver::check_domain(domain)) {
      sink.error(item.place, std::move(*wrong));
    } else if (std::find(domains.begin(), domains.end(), domain) != domains.end()) {
      sink.error(item.place, fmt::format("'{}' is listed twice", domain));
    } else {
      domains.push_back(std::move(domain));
    }
  }
  draft.domains = std::move(domains);
}

// ---- listeners

void read_address(const Node& value, Wished& listener, Diagnostics& sink) {
  const auto text = document::want_string(value, "address", sink);
  if (!text) return;
  if (const auto address = parse_address(*text)) {
    listener.address = to_string(*address);
  } else {
    sink.error(value.place, address.error());
  }
}

void read_shared(const Node& value, Wished& listener, Diagnostics& sink) {
  if (const auto shared = document::want_bool(value, "shared", sink)) {
    listener.service.shared = *shared;
  }
}

void read_protocol(const Node& value, Wished& listener, Diagnostics& sink) {
  constexpr std::array<std::string_view, 2> kWords{"smtp", "lmtp"};
  const auto word = document::want_word(value, "protocol", kWords, sink);
  if (word) listener.service.protocol = static_cast<smtp::Protocol>(*word);
}

void read_tls(const Node& value, Wished& listener, Diagnostics& sink) {
  constexpr std::array<std::string_view, 3> kWords{"none", "starttls", "implicit"};
  const auto word = document::want_word(value, "tls", kWords, sink);
  if (word) listener.service.tls = static_cast<receiver::TlsMode>(*word);
}

void read_proxies(const Node& value, Wished& listener, Diagnostics& sink) {
  listener.service.proxies = document::read_networks(value, "proxies", sink);
}

constexpr document::Row<Wished> kListenerKeys[] = {
    {"address",
     "ADDR:PORT",
     R"({"type":"string"})",
     "where it listens; port 0: any free port",
     read_address,
     Need::required},
    {"shared",
     "true",
     R"({"type":"boolean"})",
     "whether recipients of other receivers' domains are theirs here; default only for 'default'",
     read_shared},
    {"protocol",
     "smtp or lmtp",
     R"({"enum":["smtp","lmtp"]})",
     "what it speaks; default smtp",
     read_protocol},
    {"tls",
     "none, starttls or implicit",
     R"({"enum":["none","starttls","implicit"]})",
     "starttls: offers STARTTLS whatever the scenario lists; implicit: encrypted from the first "
     "octet; default none, where the scenario decides",
     read_tls},
    {"proxies",
     "addresses or networks",
     R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]})",
     "whose connections begin with a PROXY header, version 1; default none",
     read_proxies},
};

// What one address alone does not show: that it stands there twice, or faces the world although the
// program was not started with a token or --open.
void check_listener(
    const std::string& address,
    const std::vector<Wished>& earlier,
    bool open,
    const Node& item,
    Diagnostics& sink
) {
  const auto parsed = parse_address(address);
  const bool twice = std::any_of(earlier.begin(), earlier.end(), [&](const Wished& one) {
    return one.address == address;
  });
  if (twice && parsed && parsed->port != 0) {
    sink.error(item.place, fmt::format("'{}' is listed twice", address));
  }
  if (parsed && !open && !parsed->is_loopback()) {
    sink.error(
        item.place,
        fmt::format("'{}' can be reached from other machines", address),
        "start failmx with --token or --open to allow that"
    );
  }
}

void read_listeners(const Node& value, WishDraft& draft, Diagnostics& sink) {
  if (document::want_list(value, "listeners", sink) == nullptr) return;
  if (value.items.size() > Wish::kMostListeners) {
    sink.error(value.place, fmt::format("at most {} listeners are possible", Wish::kMostListeners));
    return;
  }
  std::vector<Wished> listeners;
  for (const Node& item : value.items) {
    Wished listener{.service = {.shared = draft.shared}};
    document::read_table<Wished>(item, "a listener", kListenerKeys, {}, listener, sink);
    if (listener.address.empty()) continue;
    check_listener(listener.address, listeners, draft.open, item, sink);
    listeners.push_back(std::move(listener));
  }
  draft.listeners = std::move(listeners);
}

// clang-format off
constexpr document::Row<WishDraft> kKeys[] = {
    {"scenario",      "NAME or {..}",  R"({"oneOf":[{"type":"string"},{"type":"object"}]})",
     "a known scenario, or one as JSON", read_scenario},
    {"scenario_toml", "TOML",          R"({"type":"string"})",
     "a scenario as the text of a scenario file", read_toml},
    {"seed",          "N",             R"({"type":"integer","minimum":0})",
     "instead of the scenario's own seed", read_seed},
    {"domains",       "[\"a.test\"]",  R"({"type":"array","maxItems":1000,"uniqueItems":true,"items":{"type":"string"}})",
     "recipient domains that are its own at shared listeners, also *.a.test; left out: as before, or none", read_domains},
    {"listeners",     "[{\"address\":\"127.0.0.1:0\"}]",
     R"({"type":"array","maxItems":100,"items":{"type":"object","required":["address"],"additionalProperties":false,"properties":{"address":{"type":"string"},"shared":{"type":"boolean"},"protocol":{"enum":["smtp","lmtp"]},"tls":{"enum":["none","starttls","implicit"]},"proxies":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}}}})",
     "where it answers; left out: as before, or none with domains, or any free port", read_listeners},
};

// clang-format on

// ---- the scenario

// One that stands in the document itself; its findings have their places there.
void take_inline(const Node& table, Wish& wish, Diagnostics& sink) {
  auto scenario = scenario::load_node(table, wish.name, sink);
  if (!scenario) return;
  if (wish.seed) scenario->seed = *wish.seed;
  wish.source = {Source::Format::json, wish.name, document::to_json(table), wish.name};
  wish.scenario = std::make_shared<const scenario::Scenario>(std::move(*scenario));
}

void take_text(Source source, Wish& wish, std::vector<base::Diagnostic>& elsewhere) {
  auto loaded = load(source, wish.seed);
  std::move(loaded.diagnostics.begin(), loaded.diagnostics.end(), std::back_inserter(elsewhere));
  if (loaded.ok()) wish.scenario = std::move(*loaded.value);
  wish.source = std::move(source);
}

// Leaves none, and an error, if there is none or two.
void take_scenario(
    const WishDraft& draft,
    const Node& table,
    const WishTerms& terms,
    Wish& wish,
    Diagnostics& sink,
    std::vector<base::Diagnostic>& elsewhere
) {
  if (draft.scenario != nullptr && draft.toml != nullptr) {
    sink.error(draft.toml->place, "'scenario' and 'scenario_toml' are both given", "give one");
    return;
  }
  if (draft.toml != nullptr) {
    Source text{Source::Format::toml, "scenario_toml", draft.toml->text, wish.name};
    return take_text(std::move(text), wish, elsewhere);
  }
  if (draft.scenario == nullptr) {
    // A wrong one has been reported already.
    if (table.find("scenario") == nullptr && table.find("scenario_toml") == nullptr) {
      sink.error(
          table.place, "no scenario is given", "add the key \"scenario\", such as \"healthy\""
      );
    }
    return;
  }
  if (draft.scenario->is(document::Kind::table)) return take_inline(*draft.scenario, wish, sink);
  if (auto found = terms.find_scenario(draft.scenario->text)) {
    take_text(std::move(*found), wish, elsewhere);
  } else {
    sink.error(draft.scenario->place, found.error());
  }
}

}  // namespace

std::span<const document::Row<WishDraft>> wish_keys() {
  return kKeys;
}

std::optional<Wish> read_wish(
    const Node& table,
    std::string name,
    std::string_view where,
    const WishTerms& terms,
    Diagnostics& sink,
    std::vector<base::Diagnostic>& elsewhere
) {
  const auto errors = sink.errors();
  WishDraft draft;
  draft.open = terms.open;
  draft.shared = name == kDefaultReceiver;
  document::read_table<WishDraft>(table, where, wish_keys(), {}, draft, sink);
  Wish wish{std::move(name)};
  wish.seed = draft.seed;
  if (table.is(document::Kind::table)) {
    take_scenario(draft, table, terms, wish, sink, elsewhere);
  }
  wish.domains = std::move(draft.domains);
  wish.listeners = std::move(draft.listeners);
  if (sink.errors() > errors || wish.scenario == nullptr) return std::nullopt;
  return wish;
}

}  // namespace control
