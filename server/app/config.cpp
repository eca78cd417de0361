// The file of --config: see the header.
#include "app/config.hpp"

#include <filesystem>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/address.hpp"
#include "control/fleet.hpp"
#include "document/parse.hpp"
#include "document/table.hpp"

namespace app {

namespace fs = std::filesystem;

namespace {

using document::Diagnostics;
using document::Node;

// ---- the keys outside of the receivers

struct Draft {
  std::optional<std::string> smtp{};
  std::optional<std::string> http{};
  const Node* scenarios = nullptr;  // a string
  const Node* receivers = nullptr;  // a table
};

std::optional<std::string> read_address(
    const Node& value, std::string_view key, Diagnostics& sink
) {
  const auto text = document::want_string(value, key, sink);
  if (!text) return std::nullopt;
  const auto address = control::parse_address(*text);
  if (address) return control::to_string(*address);
  sink.error(value.place, address.error());
  return std::nullopt;
}

void read_smtp(const Node& value, Draft& draft, Diagnostics& sink) {
  draft.smtp = read_address(value, "smtp", sink);
}

void read_http(const Node& value, Draft& draft, Diagnostics& sink) {
  draft.http = read_address(value, "http", sink);
}

void read_scenarios(const Node& value, Draft& draft, Diagnostics& sink) {
  if (document::want_string(value, "scenarios", sink)) draft.scenarios = &value;
}

void read_receivers(const Node& value, Draft& draft, Diagnostics& sink) {
  draft.receivers = document::want_table(value, "receivers", sink);
}

void refuse_token(const Node& value, Draft& /*draft*/, Diagnostics& sink) {
  sink.error(
      value.place,
      "a token does not belong in a file that many can read",
      "set the environment variable FAILMX_TOKEN"
  );
}

// clang-format off
constexpr document::Row<Draft> kKeys[] = {
    {"smtp",      "ADDR:PORT", "", "where SMTP is spoken by the receiver 'default', as --smtp", read_smtp},
    {"http",      "ADDR:PORT", "", "where the control API answers, as --http",                  read_http},
    {"scenarios", "DIR",       "", "folder of *.toml files that add to the shipped scenarios, as --scenarios", read_scenarios},
    {"receivers", "[receivers.NAME]", "", "one table for each receiver",                        read_receivers},
    {"token",     "",          "", "refused: set FAILMX_TOKEN",                                 refuse_token},
};

// clang-format on

// A path in the file, seen from where the program runs.
std::string beside(const std::string& file, std::string_view path) {
  const fs::path given(path);
  return given.is_absolute() ? given.string() : (fs::path(file).parent_path() / given).string();
}

std::optional<Catalogue> catalogue_for(
    const Draft& draft, const std::string& path, const ConfigTerms& terms, Diagnostics& sink
) {
  Catalogue catalogue(shipped::scenarios());
  auto folder = terms.scenarios;
  if (folder.empty() && draft.scenarios != nullptr) folder = beside(path, draft.scenarios->text);
  if (folder.empty()) return catalogue;
  if (auto added = catalogue.add_folder(folder); !added) {
    sink.error(
        draft.scenarios != nullptr ? draft.scenarios->place : document::Place{}, added.error()
    );
    return std::nullopt;
  }
  return catalogue;
}

// ---- the receivers

// What belongs to one receiver only: who has it, by what it is.
using Owners = std::map<std::string, std::string, std::less<>>;

void claim(
    Owners& owners,
    const std::string& thing,
    std::string_view noun,
    const std::string& receiver,
    const Node& at,
    Diagnostics& sink
) {
  const auto [owner, is_new] = owners.emplace(thing, receiver);
  if (is_new) return;
  sink.error(
      at.place, fmt::format("the receiver '{}' has the {} '{}'", owner->second, noun, thing)
  );
}

// What no receiver's table shows alone: domains and ports that two of them want.
void check_owners(
    const control::Wish& wish, const Node& table, Owners& domains, Owners& ports, Diagnostics& sink
) {
  if (wish.domains) {
    const Node& list = *table.find("domains");
    for (std::size_t i = 0; i < wish.domains->size(); ++i) {
      claim(domains, wish.domains->at(i), "domain", wish.name, list.items[i], sink);
    }
  }
  if (!wish.listeners) return;
  const Node& list = *table.find("listeners");
  for (std::size_t i = 0; i < wish.listeners->size(); ++i) {
    const auto& address = wish.listeners->at(i).address;
    if (control::parse_address(address)->port == 0) continue;
    claim(ports, address, "listener", wish.name, list.items[i], sink);
  }
}

std::vector<control::Wish> wishes_in(
    const Node& receivers,
    const control::WishTerms& terms,
    Diagnostics& sink,
    std::vector<base::Diagnostic>& elsewhere
) {
  std::vector<control::Wish> wishes;
  if (receivers.members.size() > control::Fleet::kMostReceivers) {
    const auto most = control::Fleet::kMostReceivers;
    sink.error(receivers.place, fmt::format("at most {} receivers are possible", most));
    return wishes;
  }
  Owners domains;
  Owners ports;
  for (const auto& [name, place, table] : receivers.members) {
    if (!control::is_plain_name(name)) {
      const auto message = fmt::format("'{}' is no name for a receiver", base::printable(name, 80));
      sink.error(place, message, std::string(control::kPlainNameHint));
      continue;
    }
    const auto where = fmt::format("[receivers.{}]", name);
    auto wish = control::read_wish(table, name, where, terms, sink, elsewhere);
    if (!wish) continue;
    check_owners(*wish, table, domains, ports, sink);
    wishes.push_back(std::move(*wish));
  }
  return wishes;
}

}  // namespace

base::Loaded<Config> read_config(
    std::string_view text, const std::string& path, const ConfigTerms& terms
) {
  base::Loaded<Config> loaded;
  Diagnostics sink(path);
  std::vector<base::Diagnostic> elsewhere;
  const auto root = document::parse_toml(text, sink);
  if (root) {
    Draft draft;
    document::read_table<Draft>(*root, "the file", kKeys, {}, draft, sink);
    auto catalogue = catalogue_for(draft, path, terms, sink);
    std::vector<control::Wish> wishes;
    // Without its folder every name of a scenario in it would be reported as unknown.
    if (catalogue && draft.receivers != nullptr) {
      const auto find = [&](std::string_view name) {
        return catalogue->resolve(is_file_name(name) ? beside(path, name) : std::string(name));
      };
      wishes = wishes_in(*draft.receivers, {find, terms.open}, sink, elsewhere);
    }
    // A wish that is missing has left an error, here or elsewhere.
    const auto asked = draft.receivers == nullptr ? 0 : draft.receivers->members.size();
    if (!sink.failed() && wishes.size() == asked) {
      loaded.value = Config{draft.smtp, draft.http, std::move(*catalogue), std::move(wishes)};
    }
  }
  loaded.diagnostics = sink.take();
  std::move(elsewhere.begin(), elsewhere.end(), std::back_inserter(loaded.diagnostics));
  return loaded;
}

std::string config_reference() {
  std::string out =
      "The file of failmx serve --config (TOML). What the command line or the\n"
      "environment says goes before it; paths start from where the file is.\n\n";
  const auto add = [&out](const auto& rows) {
    for (const auto& row : rows) {
      if (!row.form.empty()) out += fmt::format("  {:<14} {} ({})\n", row.name, row.doc, row.form);
    }
  };
  add(std::span(kKeys));
  out += "\nKeys of [receivers.NAME], the same as of PUT /v1/receivers/NAME:\n\n";
  add(control::wish_keys());
  return out;
}

}  // namespace app
