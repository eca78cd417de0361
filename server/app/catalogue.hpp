// The scenarios, or the policies, that are known by name: the shipped ones, and those of a folder,
// which add to and override them. Texts only; a text is parsed when it is used. Immutable after it
// was made.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/fleet.hpp"
#include "shipped/shipped.hpp"

namespace app {

// The octets of a file of at most 1 MiB.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path);

class Catalogue {
 public:
  // `noun`: what messages call its entries, of static storage.
  explicit Catalogue(std::span<const shipped::File> shipped, std::string_view noun = "scenario");

  // Adds the *.toml files of a folder, each under its name without ".toml".
  [[nodiscard]] base::Result<void> add_folder(const std::string& folder);

  // An entry by its name; the error names the nearest.
  [[nodiscard]] base::Result<control::Source> find(std::string_view name) const;

  // By name, or, when `text` contains a slash or ends in ".toml", from that file.
  [[nodiscard]] base::Result<control::Source> resolve(std::string_view text) const;

  // All, by name.
  [[nodiscard]] const std::map<std::string, control::Source, std::less<>>& all() const {
    return entries_;
  }

 private:
  std::string_view noun_;
  std::map<std::string, control::Source, std::less<>> entries_;
};

}  // namespace app
