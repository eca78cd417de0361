#include "transcripts/match.hpp"

#include <set>
#include <string_view>

namespace transcripts {

namespace {

// `*` is any run of octets; nothing else is special, and case counts.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = pattern.npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// What JSON leaves out is false; the null sender is an empty text.
bool value_fits(const std::string& pattern, const std::string& value) {
  if (value.empty() && (pattern == "false" || pattern == "<>")) return true;
  return fits(pattern, value);
}

}  // namespace

std::vector<std::string> first_reply(const std::string& octets, std::size_t& length) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (;;) {
    const auto end = octets.find("\r\n", begin);
    if (end == std::string::npos) return {};
    lines.push_back(octets.substr(begin, end - begin));
    begin = end + 2;
    if (lines.back().size() < 4 || lines.back()[3] != '-') {
      length = begin;
      return lines;
    }
  }
}

bool reply_fits(const std::vector<std::string>& patterns, const std::vector<std::string>& lines) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string& pattern = patterns[i];
    if (pattern.size() >= 4 && pattern.substr(pattern.size() - 4) == " ...") {
      const std::string start = pattern.substr(0, pattern.size() - 4);
      const std::size_t left = patterns.size() - i - 1;
      std::size_t taken = 0;
      while (lines.size() - line > left && lines[line].compare(0, start.size(), start) == 0) {
        ++line;
        ++taken;
      }
      if (taken == 0) return false;
    } else if (line == lines.size() || !fits(pattern, lines[line++])) {
      return false;
    }
  }
  return line == lines.size();
}

// The stages may be written for "a command of this stage".
bool record_fits(const Fields& wanted, const Record& record) {
  static const std::set<std::string, std::less<>> kStages = {
      "ehlo",
      "starttls",
      "auth",
      "mail",
      "rcpt",
      "data",
      "rset",
      "noop",
      "vrfy",
      "quit",
  };
  const auto value = [&](std::string_view name) {
    const auto at = record.find(std::string(name));
    return at == record.end() ? std::string() : at->second;
  };
  for (const auto& [name, pattern] : wanted) {
    if (name == "kind" && kStages.count(pattern) != 0) {
      if (value("kind") != "command" || value("stage") != pattern) return false;
    } else if (!value_fits(pattern, value(name))) {
      return false;
    }
  }
  return true;
}

}  // namespace transcripts
