// The body of PUT /v1/receivers/{name} as a wish: see the header. Read by the same table reader as
// scenario files, so its errors are as good.
#include "control/api/wish.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/address.hpp"
#include "control/api/body.hpp"
#include "document/parse.hpp"
#include "document/table.hpp"

namespace control::api {

namespace {

namespace json = boost::json;
using document::Diagnostics;
using document::Node;

// ---- the body of PUT

struct Asked {
  bool open = false;               // listeners may be reachable from other machines
  const Node* scenario = nullptr;  // a string or a table
  const Node* toml = nullptr;      // a string
  std::optional<std::uint64_t> seed{};
  std::optional<std::vector<std::string>> listeners{};
};

void read_scenario(const Node& value, Asked& asked, Diagnostics& sink) {
  if (value.is(document::Kind::string) || value.is(document::Kind::table)) {
    asked.scenario = &value;
    return;
  }
  sink.error(
      value.place,
      fmt::format("'scenario' must be a name or a scenario, not {}", name_of(value.kind)),
      "a name as in 'failmx list', or an object in the vocabulary of scenario files"
  );
}

void read_toml(const Node& value, Asked& asked, Diagnostics& sink) {
  if (document::want_string(value, "scenario_toml", sink)) asked.toml = &value;
}

void read_seed(const Node& value, Asked& asked, Diagnostics& sink) {
  asked.seed = document::want_integer(value, "seed", 0, INT64_MAX, sink);
}

void read_address(const Node& value, std::string& target, Diagnostics& sink) {
  const auto text = document::want_string(value, "address", sink);
  if (!text) return;
  if (const auto address = parse_address(*text)) {
    target = to_string(*address);
  } else {
    sink.error(value.place, address.error());
  }
}

// A key whose only value in this version is `only`.
void read_only_value(
    const Node& value, std::string_view what, std::string_view only, Diagnostics& sink
) {
  const auto text = document::want_string(value, what, sink);
  if (!text || *text == only) return;
  sink.error(
      value.place,
      fmt::format("{} '{}' is {}", what, base::printable(*text, 80), document::kUnsupported),
      fmt::format("use '{}'", only)
  );
}

constexpr document::Row<std::string> kListenerKeys[] = {
    {"address",
     "ADDR:PORT",
     "",
     "where it listens; port 0: any free port",
     read_address,
     document::Need::required},
    {"protocol",
     "'smtp'",
     "",
     "what it speaks",
     [](const Node& value, std::string&, Diagnostics& sink) {
       read_only_value(value, "protocol", "smtp", sink);
     }},
    {"tls",
     "'none'",
     "",
     "whether it is encrypted",
     [](const Node& value, std::string&, Diagnostics& sink) {
       read_only_value(value, "tls", "none", sink);
     }},
};
constexpr std::string_view kListenerUnsupported[] = {"shared"};

// What one address alone does not show: that it stands there twice, or faces the world although the
// program was not started with a token or --open.
void check_listener(
    const std::string& address,
    const std::vector<std::string>& earlier,
    bool open,
    const Node& item,
    Diagnostics& sink
) {
  const auto parsed = parse_address(address);
  const bool twice = std::find(earlier.begin(), earlier.end(), address) != earlier.end();
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

void read_listeners(const Node& value, Asked& asked, Diagnostics& sink) {
  if (document::want_list(value, "listeners", sink) == nullptr) return;
  if (value.items.size() > Fleet::kMostListeners) {
    const auto most = fmt::format("at most {} listeners are possible", Fleet::kMostListeners);
    sink.error(value.place, most);
    return;
  }
  std::vector<std::string> addresses;
  for (const Node& item : value.items) {
    std::string address;
    document::read_table<std::string>(
        item, "a listener", kListenerKeys, kListenerUnsupported, address, sink
    );
    if (address.empty()) continue;
    check_listener(address, addresses, asked.open, item, sink);
    addresses.push_back(std::move(address));
  }
  asked.listeners = std::move(addresses);
}

constexpr document::Row<Asked> kBodyKeys[] = {
    {"scenario", "NAME or {..}", "", "a known scenario, or one as JSON", read_scenario},
    {"scenario_toml", "TOML", "", "a scenario as the text of a scenario file", read_toml},
    {"seed", "N", "", "instead of the scenario's own seed", read_seed},
    {"listeners",
     "[{\"address\":\"127.0.0.1:0\"}]",
     "",
     "where it answers; left out: as before, or any free port",
     read_listeners},
};
constexpr std::string_view kBodyUnsupported[] = {"domains"};

// ---- a tree back to text, for the scenario loader

json::value to_value(const Node& node);

json::object to_object(const Node& node) {
  json::object out;
  for (const auto& member : node.members) out[member.key] = to_value(member.value);
  return out;
}

json::value to_value(const Node& node) {
  switch (node.kind) {
    case document::Kind::null: return nullptr;
    case document::Kind::boolean: return node.boolean;
    case document::Kind::integer: return node.integer;
    case document::Kind::number: return node.number;
    case document::Kind::string:
    case document::Kind::date: return json::value(node.text);
    case document::Kind::list: {
      json::array out;
      for (const Node& item : node.items) out.push_back(to_value(item));
      return out;
    }
    case document::Kind::table: return to_object(node);
  }
  return nullptr;
}

// ---- from body to wish

// The scenario that is meant; nothing and an error in `sink` if there is none or two.
std::optional<Source> source_of(
    Api& api, const Asked& asked, const Node& body, std::string_view receiver, Diagnostics& sink
) {
  if (asked.scenario != nullptr && asked.toml != nullptr) {
    sink.error(asked.toml->place, "'scenario' and 'scenario_toml' are both given", "give one");
    return std::nullopt;
  }
  if (asked.toml != nullptr) {
    return Source{Source::Format::toml, "scenario_toml", asked.toml->text, std::string(receiver)};
  }
  if (asked.scenario == nullptr) {
    // A wrong one has been reported already.
    if (body.find("scenario") == nullptr && body.find("scenario_toml") == nullptr) {
      sink.error(body.place, "no scenario is given", "add \"scenario\": \"healthy\"");
    }
    return std::nullopt;
  }
  if (asked.scenario->is(document::Kind::table)) {
    return Source{
        Source::Format::json, std::string(receiver), json::serialize(to_object(*asked.scenario))};
  }
  auto found = api.find_scenario(asked.scenario->text);
  if (found) return std::move(*found);
  sink.error(asked.scenario->place, found.error());
  return std::nullopt;
}

bool is_receiver_name(std::string_view name) {
  constexpr std::string_view kAlso = "-_.";
  // Dots alone mean a folder in a path: clients and proxies would resolve them.
  if (name.find_first_not_of('.') == std::string_view::npos) return false;
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [&](char c) {
           const char lower = base::ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                  kAlso.find(c) != std::string_view::npos;
         });
}

}  // namespace

Answer<Wish> wish_of(Api& api, const Call& call) {
  const std::string& name = call.variables.front();
  if (!is_receiver_name(name)) {
    return refuse(
        Fault::invalid,
        {call.request.path,
         fmt::format("'{}' is no name for a receiver", base::printable(name, 80)),
         "use 1 to 64 letters, digits, '-', '_' and '.', not dots alone"}
    );
  }
  Diagnostics sink("body");
  const auto body = document::parse_json(call.request.body, sink);
  if (!body) return tl::unexpected(malformed(sink));
  Asked asked;
  asked.open = api.open;
  document::read_table<Asked>(*body, "the body", kBodyKeys, kBodyUnsupported, asked, sink);
  Wish wish{name};
  if (body->is(document::Kind::table)) {
    if (auto source = source_of(api, asked, *body, name, sink)) wish.source = std::move(*source);
  }
  wish.seed = asked.seed;
  wish.listeners = asked.listeners;
  auto problems = problems_of(sink.take(), base::Severity::error, "");
  // The scenario's own errors join the others, so that one answer has them all.
  if (!problems.empty()) {
    if (!wish.source.text.empty()) {
      const auto loaded = load(wish.source, wish.seed);
      const auto more = problems_of(loaded.diagnostics, base::Severity::error, kScenarioPlace);
      problems.insert(problems.end(), more.begin(), more.end());
    }
    return tl::unexpected(ApiError{Fault::invalid, std::move(problems)});
  }
  return wish;
}

std::vector<ParameterDoc> put_receiver_members() {
  return members_of<Asked>(kBodyKeys);
}

}  // namespace control::api
