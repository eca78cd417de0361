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

void add_scenarios(CLI::App& command, std::string& target);
void add_seed(CLI::App& command, Serving& serving);
void add_token(CLI::App& command, std::string& token);
void add_tls(CLI::App& command, Serving& serving);
void add_open(CLI::App& command, Serving& serving);

// `drain` gets the text of a duration.
void add_serve(CLI::App& app, Serve& serve, std::string& drain);

// The texts of what is no value yet.
struct TestTexts {
  std::string timeout{};
  std::string until = "verdict";
};

void add_test(CLI::App& app, Test& test, TestTexts& texts);
void add_verify(CLI::App& app, Verify& verify, std::string& wait);

}  // namespace app::detail
