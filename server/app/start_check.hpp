// What a start needs beside its ports, checked before anything is started so that all mistakes are
// told at once. Nothing is written by it. Main thread.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tls/authority.hpp"

#include "app/catalogue.hpp"
#include "app/cli.hpp"
#include "app/log.hpp"
#include "control/fleet.hpp"

namespace app {

// Each: false, or nullopt: reported.

// That the file of this option can be written; an empty path: there is none.
[[nodiscard]] bool can_write(std::string_view option, const std::string& path, std::ostream& err);

// That those can be which every command that serves may write.
[[nodiscard]] bool can_write_files(const Serving& options, std::ostream& err);

struct NamedFile {
  std::string place;  // who names it: "--journal"
  std::string path;   // empty: there is none
  bool written = false;
};

// All of the options of every command that serves.
[[nodiscard]] std::vector<NamedFile> files_of(const Serving& options);

// That no file which is written is another of them by whatever name: one of the two would be lost.
[[nodiscard]] bool are_apart(std::span<const NamedFile> files, std::ostream& err);

// That no address can be reached from other machines, or that this is allowed by a token or --open.
[[nodiscard]] bool is_guarded(const Serving& options, std::ostream& err);

// That the scenarios of a folder load, but for one whose mistakes have been told.
[[nodiscard]] bool is_folder_good(
    const Catalogue& scenarios, const std::string& but, std::ostream& err
);

// That the TLS of all of them can be had; it is made on the way.
[[nodiscard]] bool can_encrypt(
    tls::Authority& authority, std::span<const control::Wish> wishes, std::ostream& err
);

// Warns if the system gives fewer file descriptors than the connections take.
void warn_of_few_files(const Serving& options, Log& log);

// What was complained of, line by line, though the start goes on.
void warn_of(std::string_view complaints, Log& log);

}  // namespace app
