// Tables as text: see the header.
#include "scenario/reference.hpp"

#include <fmt/format.h>

#include "scenario/actions.hpp"
#include "scenario/keys.hpp"
#include "verify/select.hpp"

namespace scenario {

namespace {

template <typename Target>
KeyGroup group(
    std::string_view title, std::string_view def, std::span<const document::Row<Target>> rows
) {
  KeyGroup out{title, def, {}};
  for (const auto& row : rows) {
    out.keys.push_back(
        {row.name, row.form, row.schema, row.doc, row.need == document::Need::required}
    );
  }
  return out;
}

// A '|' inside a cell would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string table_of(const KeyGroup& keys) {
  std::string out = "| key | value | meaning |\n| --- | --- | --- |\n";
  for (const auto& key : keys.keys) {
    out += fmt::format(
        "| `{}`{} | {} | {} |\n",
        key.name,
        key.required ? " (needed)" : "",
        cell(key.form),
        cell(key.doc)
    );
  }
  return out;
}

std::string certificates() {
  std::string out = "| certificate | what it is |\n| --- | --- |\n";
  for (const auto& row : wire::kCertificates) {
    out += fmt::format("| `{}` | {} |\n", row.name, cell(row.doc));
  }
  return out;
}

}  // namespace

std::vector<KeyGroup> key_groups() {
  return {
      group("the document", "", scenario_keys()),
      group("[server]", "server", server_keys()),
      group("[server.auth]", "auth", auth_keys()),
      group("[server.tls]", "server_tls", server_tls_keys()),
      group("tls", "tls", tls_keys()),
      group("[time]", "time", time_keys()),
      group("[delivery]", "delivery", delivery_keys()),
      group("[[phase]]", "phase", phase_keys()),
      group("[[rule]]", "rule", rule_keys()),
      group("match", "match", match_keys()),
      group("drip and slow_read", "pieces", pieces_keys()),
      group("select", "select", verify::Select::keys()),
  };
}

std::string keys_reference() {
  std::string out;
  for (const auto& keys : key_groups()) {
    // Printed elsewhere; the keys of an action `tls` are among those of [server.tls].
    if (keys.def == "match" || keys.def == "select" || keys.def == "tls") continue;
    out += fmt::format("{}**{}**\n\n{}", out.empty() ? "" : "\n", keys.title, table_of(keys));
  }
  return out + "\n**certificates**\n\n" + certificates();
}

std::string match_reference() {
  return table_of(group("match", "match", match_keys())) +
         "\nKeys are ANDed, lists are ORed. A pattern is a glob (`*`, `?`), or `re:` and an RE2 "
         "expression; both look at the\nwhole text and ignore case. A range is `5`, `\"5..\"`, "
         "`\"..9\"` or `\"5..9\"`; sizes take units (`\"1MiB..\"`).\n";
}

std::string actions_reference() {
  std::string out = "| action | value | effect | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& row : actions()) {
    out += fmt::format(
        "| `{}` | {} | {} | {} |\n",
        row.name,
        cell(row.form),
        row.effect == Effect::decides ? "decides" : "adds",
        cell(row.doc)
    );
  }
  return out;
}

}  // namespace scenario
