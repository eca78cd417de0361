#include "transcripts/script.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

namespace transcripts {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A trailing "  # ..." is a comment.
std::string_view without_comment(std::string_view line) {
  const auto at = line.find("  #");
  return at == std::string_view::npos ? line : line.substr(0, at);
}

bool take_word(std::string_view& line, std::string_view word) {
  if (line.substr(0, word.size()) != word) return false;
  const std::string_view rest = line.substr(word.size());
  if (!rest.empty() && rest.front() != ' ') return false;
  line = trimmed(rest);
  return true;
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const auto bar = text.find(" | ", begin);
    parts.emplace_back(trimmed(text.substr(begin, bar == text.npos ? text.npos : bar - begin)));
    if (bar == text.npos) return parts;
    begin = bar + 3;
  }
}

// `a=b c="d e"` and bare words, which get the name `bare`.
Fields fields_of(std::string_view text, std::string_view bare) {
  Fields fields;
  while (!(text = trimmed(text)).empty()) {
    std::size_t end = 0;
    bool quoted = false;
    while (end < text.size() && (quoted || text[end] != ' ')) quoted ^= text[end++] == '"';
    std::string word(text.substr(0, end));
    text.remove_prefix(end);
    const auto equals = word.find('=');
    const bool named = equals != std::string::npos && word.front() != '<' && equals > 0;
    std::string name = named ? word.substr(0, equals) : std::string(bare);
    std::string value = named ? word.substr(equals + 1) : word;
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    fields.emplace_back(std::move(name), std::move(value));
  }
  return fields;
}

base::Result<std::string> read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return base::failure("cannot read '" + file + "'");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Reader {
 public:
  explicit Reader(Script& script) : script_(script) {}

  base::Result<std::monostate> read();

 private:
  base::Result<std::monostate> line(std::string_view text);
  base::Result<std::monostate> expectation(std::string_view text);
  base::Result<std::monostate> client(std::string_view text);
  base::Result<std::monostate> ending(std::string_view text);
  base::Result<std::monostate> clock(std::string_view text);
  base::Result<std::monostate> journal(std::string_view text);
  base::Result<std::string> document(std::string_view text, std::string& name);
  base::Result<std::monostate> connection(std::string_view text);

  Step& add(Step::Kind kind) {
    Step step;
    step.kind = kind;
    step.line = static_cast<int>(at_);
    return script_.steps.emplace_back(std::move(step));
  }

  Script& script_;
  std::size_t at_ = 0;  // lines read
};

base::Result<std::monostate> Reader::read() {
  while (at_ < script_.source.size()) {
    const std::string text = script_.source[at_++];
    if (text.empty() || text.front() == '#') continue;
    const auto done = line(trimmed(without_comment(text)));
    if (!done) {
      return base::failure(
          script_.file + ":" + std::to_string(at_) + ": " + done.error().message, done.error().hint
      );
    }
  }
  if (script_.scenario_file.empty()) return base::failure(script_.file + ": it names no scenario");
  if (script_.steps.empty()) return base::failure(script_.file + ": it has no step");
  return std::monostate{};
}

base::Result<std::monostate> Reader::line(std::string_view text) {
  if (take_word(text, "scenario")) {
    return document(text, script_.scenario_file).map([&](std::string content) {
      script_.scenario = std::move(content);
      return std::monostate{};
    });
  }
  if (take_word(text, "lmtp")) return script_.lmtp = true, std::monostate{};
  if (take_word(text, "together")) return script_.together = true, std::monostate{};
  if (take_word(text, "virtual")) return add(Step::Kind::virtual_time), std::monostate{};
  if (take_word(text, "drain")) return add(Step::Kind::drain), std::monostate{};
  if (take_word(text, "connection")) return connection(text);
  if (take_word(text, "use")) {
    std::string name;
    auto content = document(text, name);
    if (!content) return tl::unexpected(content.error());
    add(Step::Kind::use).lines = {*content, name};
    return std::monostate{};
  }
  if (text.front() == '>') return client(text);
  if (text.front() == '<') return expectation(text);
  if (take_word(text, "!")) return ending(text);
  if (text.front() == '@' || text.substr(0, 6) == "within") return clock(text);
  return journal(text);
}

// The text of a scenario: a file, or the lines up to the word behind "<<".
base::Result<std::string> Reader::document(std::string_view text, std::string& name) {
  if (text.substr(0, 2) != "<<") {
    name = text;
    return read_file(name);
  }
  const std::string end(text.substr(2));
  name = script_.file;
  std::string content;
  while (at_ < script_.source.size()) {
    const std::string& next = script_.source[at_++];
    if (next == end) return content;
    content += next + "\n";
  }
  return base::failure("no line '" + end + "' ends the scenario");
}

base::Result<std::monostate> Reader::connection(std::string_view text) {
  const auto fields = fields_of(text, "");
  if (fields.empty()) return base::failure("which connection?");
  Step& step = add(Step::Kind::connection);
  step.number = std::atoi(fields[0].second.c_str());
  if (fields.size() == 3 && fields[1].second == "from") step.text = fields[2].second;
  return std::monostate{};
}

base::Result<std::monostate> Reader::client(std::string_view text) {
  std::string octets;
  if (text.substr(0, 2) == ">>") {
    const auto sent = unescape(trimmed(text.substr(2)));
    if (!sent) return tl::unexpected(sent.error());
    octets = *sent;
  } else {
    for (const auto& part : parts_of(text.substr(1))) {
      const auto sent = unescape(part);
      if (!sent) return tl::unexpected(sent.error());
      octets += *sent + "\r\n";
    }
  }
  add(Step::Kind::send).text = octets;
  return std::monostate{};
}

base::Result<std::monostate> Reader::expectation(std::string_view text) {
  if (take_word(text, "<*")) {
    add(Step::Kind::octets).number = std::atoi(std::string(text).c_str());
  } else if (text.substr(0, 2) == "<<") {
    const auto raw = unescape(trimmed(text.substr(2)));
    if (!raw) return tl::unexpected(raw.error());
    add(Step::Kind::raw).text = *raw;
  } else {
    add(Step::Kind::reply).lines = parts_of(text.substr(1));
  }
  return std::monostate{};
}

base::Result<std::monostate> Reader::ending(std::string_view text) {
  constexpr std::pair<std::string_view, Step::Kind> kWords[] = {
      {"close", Step::Kind::closed},
      {"reset", Step::Kind::reset},
      {"half-close", Step::Kind::half_closed},
      {"open", Step::Kind::open},
      {"leave", Step::Kind::leave},
      {"abort", Step::Kind::abort},
  };
  for (const auto& [word, kind] : kWords) {
    if (text == word) return add(kind), std::monostate{};
  }
  return base::failure("no such ending '" + std::string(text) + "'");
}

base::Result<std::monostate> Reader::clock(std::string_view text) {
  auto kind = Step::Kind::pass;
  if (take_word(text, "within")) {
    kind = Step::Kind::within;
  } else {
    text = trimmed(text.substr(1));
    if (!text.empty() && text.front() == '+') {
      text.remove_prefix(1);
      kind = Step::Kind::not_before;
    }
  }
  const auto time = base::parse_duration(text);
  if (!time) return tl::unexpected(time.error());
  add(kind).time = *time;
  return std::monostate{};
}

base::Result<std::monostate> Reader::journal(std::string_view text) {
  if (text.substr(0, 2) == "=!") {
    add(Step::Kind::no_event).fields = fields_of(text.substr(2), "kind");
  } else if (text.front() == '=') {
    add(Step::Kind::event).fields = fields_of(text.substr(1), "kind");
  } else if (take_word(text, "attempt")) {
    add(Step::Kind::attempt).fields = fields_of(text, "outcome");
  } else if (take_word(text, "delivery")) {
    Fields fields = fields_of(text, "");
    if (fields.size() < 2) return base::failure("a delivery has a sender and a recipient");
    fields[0].first = "sender";
    fields[1].first = "recipient";
    add(Step::Kind::delivery).fields = std::move(fields);
  } else {
    return base::failure("cannot read '" + std::string(text) + "'");
  }
  return std::monostate{};
}

// What stands at text[at] behind a backslash; `at` moves behind it.
base::Result<std::string> escape(std::string_view text, std::size_t& at) {
  const char c = at < text.size() ? text[at++] : '\0';
  switch (c) {
    case 'r': return "\r";
    case 'n': return "\n";
    case '\\':
    case '|': return std::string(1, c);
    case 'x': {
      unsigned value = 0;
      const char* begin = text.data() + at;
      const char* end = text.data() + std::min(text.size(), at + 2);
      if (std::from_chars(begin, end, value, 16).ptr != begin + 2) break;
      at += 2;
      return std::string(1, static_cast<char>(value));
    }
    case '{': {
      const auto close = text.find('}', at);
      const auto star = text.rfind('*', close);
      if (close == text.npos || star == text.npos || star < at) break;
      const auto piece = unescape(text.substr(at, star - at));
      if (!piece) return piece;
      std::string repeated;
      const int times = std::atoi(std::string(text.substr(star + 1, close - star - 1)).c_str());
      for (int i = 0; i < times; ++i) repeated += *piece;
      at = close + 1;
      return repeated;
    }
    default: break;
  }
  return base::failure("no such escape in '" + std::string(text) + "'");
}

}  // namespace

base::Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c != '\\') {
      out += c;
      continue;
    }
    auto meant = escape(text, at);
    if (!meant) return meant;
    out += *meant;
  }
  return out;
}

base::Result<Script> read_script(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return tl::unexpected(text.error());
  Script script;
  script.file = file;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) script.source.push_back(line);
  const auto done = Reader(script).read();
  if (!done) return tl::unexpected(done.error());
  return script;
}

}  // namespace transcripts
