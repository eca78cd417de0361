// The command line in parts, one file per family of commands. Internal to cli*.cpp.
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "app/cli.hpp"

namespace app::detail {

// Validators of CLI11: empty if the text is fine, else what is wrong with it.
[[nodiscard]] std::string check_address(const std::string& text);
[[nodiscard]] std::string check_duration(const std::string& text);
[[nodiscard]] std::string check_whole_number(const std::string& text);
[[nodiscard]] std::string check_yes_no(const std::string& text);

void add_scenarios(CLI::App& command, std::string& target);
void add_seed(CLI::App& command, Serving& serving);
void add_token(CLI::App& command, std::string& token);
void add_tls(CLI::App& command, Serving& serving);
void add_open(CLI::App& command, Serving& serving);

// The texts of what is no value yet.
struct LogTexts {
  std::string form = "auto";
  bool quiet = false;
  bool verbose = false;
};

struct ServeTexts {
  std::string drain = "10s";
  LogTexts log{};
};

// `quiet_does`, `verbose_does`: what its --quiet and --verbose are for.
void add_log(CLI::App& command, LogTexts& texts, const char* quiet_does, const char* verbose_does);
[[nodiscard]] Logging logging_of(const LogTexts& texts);

void add_serve(CLI::App& app, Serve& serve, ServeTexts& texts);

struct TestTexts {
  std::string timeout{};
  std::string until = "verdict";
  LogTexts log{};
};

void add_test(CLI::App& app, Test& test, TestTexts& texts);
void add_verify(CLI::App& app, Verify& verify, std::string& wait);
void add_health(CLI::App& app, Health& health, std::string& timeout);

}  // namespace app::detail
