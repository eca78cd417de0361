// Known scenarios: see the header.
#include "app/catalogue.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostOctets = 1024 * 1024;
constexpr std::string_view kSuffix = ".toml";

std::string hint_for(int error) {
  if (error == EACCES) {
    return fmt::format("the user that failmx runs as (uid {}) must be allowed to", ::geteuid());
  }
  if (error != ENOENT) return {};
  std::error_code unknown;
  const auto here = fs::current_path(unknown).string();
  return fmt::format("a path is seen from where failmx was started, '{}'", here);
}

}  // namespace

bool is_file_name(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(kSuffix);
}

base::Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return base::failure(fmt::format("'{}' is a folder", path), "name a file in it");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    const int why = errno;
    return base::failure(
        fmt::format("cannot read '{}': {}", path, std::strerror(why)), hint_for(why)
    );
  }
  std::string text(kMostOctets + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return base::failure(fmt::format("cannot read '{}'", path));
  if (text.size() > kMostOctets) {
    return base::failure(fmt::format("'{}' is too long", path), "a scenario may have 1 MiB");
  }
  return text;
}

Catalogue::Catalogue(std::span<const shipped::File> shipped, std::string_view noun) : noun_(noun) {
  for (const auto& [name, text] : shipped) {
    entries_[std::string(name)] = {
        control::Source::Format::toml, fmt::format("{}{}", name, kSuffix), std::string(text)};
  }
}

base::Result<void> Catalogue::add_folder(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != kSuffix || entry->is_directory()) continue;
    auto text = read_file(path.string());
    if (!text) return tl::unexpected(std::move(text.error()));
    of_folder_.insert(path.stem().string());
    entries_[path.stem().string()] = {
        control::Source::Format::toml, path.string(), std::move(*text)};
  }
  if (error) {
    return base::failure(
        fmt::format("cannot read the folder '{}': {}", base::printable(folder), error.message()),
        "--scenarios takes a folder of *.toml files"
    );
  }
  return {};
}

base::Result<control::Source> Catalogue::find(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found != entries_.end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& [known, source] : entries_) names.emplace_back(known);
  const auto near = base::nearest(name, names);
  return base::failure(
      fmt::format("there is no {} '{}'", noun_, base::printable(name, 100)),
      near ? fmt::format("did you mean '{}'?", *near)
           : fmt::format("there is: {}", fmt::join(names, ", "))
  );
}

std::vector<base::Diagnostic> Catalogue::errors_in_folder(std::string_view but) const {
  std::vector<base::Diagnostic> errors;
  for (const auto& name : of_folder_) {
    if (name == but) continue;
    const auto loaded = control::load(entries_.find(name)->second, std::nullopt);
    if (loaded.ok()) continue;
    errors.insert(errors.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
  }
  return errors;
}

std::vector<control::Library::Entry> Catalogue::entries() const {
  using Origin = control::Library::Origin;
  std::vector<control::Library::Entry> out;
  for (const auto& [name, source] : entries_) {
    out.push_back({name, of_folder_.contains(name) ? Origin::folder : Origin::shipped, source});
  }
  return out;
}

base::Result<control::Source> Catalogue::resolve(std::string_view text) const {
  const std::string path(text);
  if (!is_file_name(text)) {
    auto found = find(text);
    std::error_code error;
    if (!found && fs::exists(path, error)) {
      found.error().hint = fmt::format("for the file of that name write './{}'", path);
    }
    return found;
  }
  auto content = read_file(path);
  if (!content) return tl::unexpected(std::move(content.error()));
  return control::Source{control::Source::Format::toml, path, std::move(*content)};
}

}  // namespace app
