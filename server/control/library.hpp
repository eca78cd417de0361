// The scenarios that can be named: those that the program came with, those of a folder, and those
// put while it runs, which add to and override them. A text is kept only if it loads without an
// error. Knows no HTTP and no file: a name is never a path. Not thread-safe: used before the
// control thread starts, and then by that thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/source.hpp"
#include "scenario/model.hpp"

namespace control {

// A plain name of 1 to 64 letters, digits, '-', '_' and '.', not dots alone: those mean a folder in
// a path, and clients and proxies would resolve them.
[[nodiscard]] bool is_plain_name(std::string_view name);
inline constexpr std::string_view kPlainNameHint =
    "use 1 to 64 letters, digits, '-', '_' and '.', not dots alone";

class Library {
 public:
  static constexpr std::size_t kMostPut = 1000;
  static constexpr std::size_t kMostPutOctets = 64 * 1024 * 1024;  // all texts together

  enum class Origin : std::uint8_t { shipped, folder, api };

  struct Entry {
    std::string name;
    Origin origin = Origin::shipped;
    Source source;
    // What the text says of itself; empty if it has errors.
    std::string summary{};
    std::string from{};
    std::vector<std::string> tags{};
  };

  // Of a name that comes twice the last one counts; summary, from and tags are filled in here.
  explicit Library(std::vector<Entry> known);

  // A scenario by its name; the error names the nearest.
  [[nodiscard]] base::Result<Source> find(std::string_view name) const;

  // By name; nullptr if there is none.
  [[nodiscard]] const Entry* entry(std::string_view name) const;

  // All that can be found, by name. Good until the next change.
  [[nodiscard]] std::vector<const Entry*> all() const;

  enum class Full : std::uint8_t { scenarios, octets };

  // Keeps a text that has been loaded as `scenario`, instead of one put under that name before.
  // nullopt: done.
  [[nodiscard]] std::optional<Full> put(
      std::string name, Source source, const scenario::Scenario& scenario
  );

  // Forgets what was put under that name, which uncovers what it hid; false: nothing was.
  bool remove(std::string_view name);

 private:
  using Entries = std::map<std::string, Entry, std::less<>>;

  Entries known_;
  Entries put_;
  std::size_t octets_ = 0;  // of the texts in put_
};

[[nodiscard]] std::string_view name_of(Library::Origin origin);

}  // namespace control
