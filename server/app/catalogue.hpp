// The scenarios, or the policies, that are known by name: the shipped ones, and those of a folder,
// which add to and override them. Texts only; a text is parsed when it is used. Immutable after it
// was made.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/library.hpp"
#include "control/source.hpp"
#include "shipped/shipped.hpp"

namespace app {

// The octets of a file of at most 1 MiB.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path);

// Whether it means a file rather than a name: it contains a slash or ends in ".toml".
[[nodiscard]] bool is_file_name(std::string_view text);

class Catalogue {
 public:
  // `noun`: what messages call its entries, of static storage.
  explicit Catalogue(std::span<const shipped::File> shipped, std::string_view noun = "scenario");

  // Adds the *.toml files of a folder, each under its name without ".toml".
  [[nodiscard]] base::Result<void> add_folder(const std::string& folder);

  // An entry by its name; the error names the nearest.
  [[nodiscard]] base::Result<control::Source> find(std::string_view name) const;

  // By name, or from the file of that name.
  [[nodiscard]] base::Result<control::Source> resolve(std::string_view text) const;

  // All, by name.
  [[nodiscard]] const std::map<std::string, control::Source, std::less<>>& all() const {
    return entries_;
  }

  // What is wrong with scenarios of the folder that do not load, but for the one of this name.
  [[nodiscard]] std::vector<base::Diagnostic> errors_in_folder(std::string_view but) const;

  // All for the control API, with where each comes from.
  [[nodiscard]] std::vector<control::Library::Entry> entries() const;

 private:
  std::string_view noun_;
  std::map<std::string, control::Source, std::less<>> entries_;
  std::set<std::string, std::less<>> of_folder_;  // names
};

}  // namespace app
