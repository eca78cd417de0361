// Running a command: see the header.
#include "app/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <spawn.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"

extern char** environ;

namespace app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostShown = 200;

tl::unexpected<base::Error> cannot_run(const std::string& name, std::string_view why) {
  return base::failure(
      fmt::format("cannot run '{}': {}", base::printable(name, kMostShown), why),
      "behind '--' stands a program, found by PATH or by its path, and its arguments"
  );
}

// Empty: it can be run, as far as can be told.
std::string obstacle(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return "not found";
  if (fs::is_directory(path, error)) return "it is a folder";
  if (::access(path.c_str(), X_OK) != 0) return "it is not executable";
  return {};
}

// "NAME=value" of the present environment, but for those of `variables`, and these.
std::vector<std::string> environment_with(const Child::Variables& variables) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool replaced = false;
    for (const auto& [name, value] : variables) {
      replaced = replaced || (text.starts_with(name) && text.substr(name.size()).starts_with('='));
    }
    if (!replaced) out.emplace_back(text);
  }
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// In a group of its own, and with SIGPIPE, which this program ignores, as usual.
int spawn(pid_t& pid, const char* file, char** arguments, char** environment) {
  posix_spawnattr_t how;
  ::posix_spawnattr_init(&how);
  sigset_t usual;
  ::sigemptyset(&usual);
  ::sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&how, &usual);
  ::posix_spawnattr_setpgroup(&how, 0);
  ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawn(&pid, file, nullptr, &how, arguments, environment);
  ::posix_spawnattr_destroy(&how);
  return error;
}

}  // namespace

base::Result<std::string> Child::find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    const auto why = obstacle(name);
    return why.empty() ? base::Result<std::string>(name) : cannot_run(name, why);
  }
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  std::string why = "not found";
  while (!name.empty() && !rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    const std::string folder(colon == 0 ? "." : rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    const auto candidate = fs::path(folder) / name;
    const auto obstacle_here = obstacle(candidate);
    if (obstacle_here.empty()) return candidate.string();
    if (obstacle_here != "not found") why = obstacle_here;
  }
  return cannot_run(name, why);
}

base::Result<void> Child::start(
    const std::vector<std::string>& command, const Variables& variables
) {
  const auto program = find_program(command.front());
  if (!program) return tl::unexpected(program.error());
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto arguments = command;
  auto environment = environment_with(variables);
  const int error = spawn(
      group_, program->c_str(), pointers_to(arguments).data(), pointers_to(environment).data()
  );
  if (error == 0) return {};
  group_ = 0;
  // A script whose first line does not say who reads it.
  if (error == ENOEXEC)
    return cannot_run(command.front(), "it is no program; does it lack a '#!'?");
  return cannot_run(command.front(), std::strerror(error));
}

void Child::look() {
  int what = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &what, WNOHANG | WUNTRACED)) > 0;) {
    if (WIFSTOPPED(what)) {
      if (WSTOPSIG(what) == SIGTTIN || WSTOPSIG(what) == SIGTTOU) lend_terminal();
      continue;
    }
    if (pid != group_ || ended_) continue;
    ended_ = Ended{};
    if (WIFEXITED(what)) ended_->status = WEXITSTATUS(what);
    if (WIFSIGNALED(what)) ended_->signal = WTERMSIG(what);
    interrupted_ = has_terminal_ && ended_->signal == SIGINT;
    take_terminal_back();
  }
}

// A group in the background that wants the terminal is stopped: it gets the terminal.
void Child::lend_terminal() {
  if (!has_terminal_ && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) {
    has_terminal_ = ::tcsetpgrp(STDIN_FILENO, group_) == 0;
  }
  if (has_terminal_) ::kill(-group_, SIGCONT);
}

void Child::take_terminal_back() {
  if (!has_terminal_) return;
  has_terminal_ = false;
  // From the background this very call would stop us.
  const auto former = std::signal(SIGTTOU, SIG_IGN);
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  std::signal(SIGTTOU, former);
}

bool Child::has_group() const {
  return group_ > 0 && ::kill(-group_, 0) == 0;
}

void Child::tell(int signal) {
  if (!has_group()) return;
  was_told_ = was_told_ || !ended_;
  ::kill(-group_, signal);
  ::kill(-group_, SIGCONT);
}

}  // namespace app
