// GET /metrics: figures of every receiver and of the program in the text format 0.0.4 of
// Prometheus. Every metric has its HELP and TYPE once, then a line for each receiver.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "control/api/api.hpp"
#include "journal/meter.hpp"

namespace control::api {

namespace {

using Figures = journal::Meter::Figures;

struct Seen {
  std::string receiver;  // as a label value
  Figures figures;
  receiver::Status status;
};

// A label value: backslash, quote and line feed are escaped.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

class Text {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(to_, "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }

  // `labels`: "receiver=\"default\"", or nothing.
  void line(std::string_view labels, std::uint64_t value, std::string_view suffix = {}) {
    fmt::format_to(to_, "{}{}{} {}\n", name_, suffix, braced(labels), value);
  }

  void line(std::string_view labels, double value, std::string_view suffix) {
    fmt::format_to(to_, "{}{}{} {}\n", name_, suffix, braced(labels), value);
  }

  [[nodiscard]] std::string take() { return fmt::to_string(out_); }

 private:
  static std::string braced(std::string_view labels) {
    return labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
  }

  fmt::memory_buffer out_{};
  std::back_insert_iterator<fmt::memory_buffer> to_{out_};
  std::string_view name_{};
};

std::string of(const Seen& seen) {
  return fmt::format("receiver=\"{}\"", seen.receiver);
}

struct Plain {
  std::string_view name, type, help;
  std::uint64_t (*value)(const Seen& seen);
};

// clang-format off
constexpr std::array kPlain = {
    Plain{"failmx_connections_total", "counter", "SMTP connections that the receiver took part in.", [](const Seen& s) { return s.figures.connections; }},
    Plain{"failmx_connections_open", "gauge", "Of these, the ones that are open.", [](const Seen& s) { return s.figures.open; }},
    Plain{"failmx_deliveries_total", "counter", "Messages to a recipient that were tried at least once.", [](const Seen& s) { return s.status.counts.deliveries; }},
    Plain{"failmx_dropped_events_total", "counter", "Events that the limits made the journal forget.", [](const Seen& s) { return s.status.dropped_events; }},
    Plain{"failmx_received_bytes_total", "counter", "Octets received on connections that have ended.", [](const Seen& s) { return s.figures.octets; }},
};
constexpr std::array kOutcomes = {
    std::pair<std::string_view, std::uint64_t journal::Deliveries::Counts::*>{"accepted", &journal::Deliveries::Counts::accepted},
    std::pair<std::string_view, std::uint64_t journal::Deliveries::Counts::*>{"deferred", &journal::Deliveries::Counts::deferred},
    std::pair<std::string_view, std::uint64_t journal::Deliveries::Counts::*>{"rejected", &journal::Deliveries::Counts::rejected},
    std::pair<std::string_view, std::uint64_t journal::Deliveries::Counts::*>{"lost", &journal::Deliveries::Counts::lost},
    std::pair<std::string_view, std::uint64_t journal::Deliveries::Counts::*>{"abandoned", &journal::Deliveries::Counts::abandoned},
};

// clang-format on

void add_commands(Text& text, const std::vector<Seen>& all) {
  text.begin("failmx_commands_total", "counter", "Commands by verb, those refused included.");
  for (const auto& seen : all) {
    for (std::size_t i = 0; i < journal::Meter::kVerbs.size(); ++i) {
      if (seen.figures.commands[i] == 0) continue;
      const auto labels = fmt::format("{},verb=\"{}\"", of(seen), journal::Meter::kVerbs[i]);
      text.line(labels, seen.figures.commands[i]);
    }
  }
}

void add_replies(Text& text, const std::vector<Seen>& all) {
  text.begin(
      "failmx_replies_total", "counter", "Replies as planned, by reply code and enhanced code."
  );
  for (const auto& seen : all) {
    for (const auto& [pair, count] : seen.figures.replies) {
      const auto& [code, enhanced] = pair;
      const auto name = code == journal::Meter::kOther ? "other" : std::to_string(code);
      text.line(
          fmt::format("{},code=\"{}\",enhanced=\"{}\"", of(seen), name, label(enhanced)), count
      );
    }
  }
}

void add_attempts(Text& text, const std::vector<Seen>& all) {
  text.begin(
      "failmx_attempts_total",
      "counter",
      "Tries to hand over mail by how they ended; one that turns out differently later moves."
  );
  for (const auto& seen : all) {
    for (const auto& [name, member] : kOutcomes) {
      text.line(fmt::format("{},outcome=\"{}\"", of(seen), name), seen.status.counts.*member);
    }
  }
}

void add_histogram(
    Text& text,
    const std::vector<Seen>& all,
    std::string_view name,
    std::string_view help,
    journal::Histogram Figures::*member
) {
  text.begin(name, "histogram", help);
  for (const auto& seen : all) {
    const auto& histogram = seen.figures.*member;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
      sum += histogram.counts()[i];
      const bool last = i == journal::Histogram::kBounds.size();
      const auto bound = last ? "+Inf" : fmt::format("{}", journal::Histogram::kBounds[i]);
      text.line(fmt::format("{},le=\"{}\"", of(seen), bound), sum, "_bucket");
    }
    text.line(of(seen), histogram.sum(), "_sum");
    text.line(of(seen), sum, "_count");
  }
}

void add_program(Text& text, const Api& api) {
  text.begin("failmx_build_info", "gauge", "Always 1; its labels say which program this is.");
  text.line(fmt::format("version=\"{}\"", label(api.version)), std::uint64_t{1});
  if (!api.smtp_counts) return;
  const auto counts = api.smtp_counts();
  text.begin("failmx_smtp_accepted_total", "counter", "SMTP connections accepted by the program.");
  text.line({}, counts.accepted);
  text.begin("failmx_smtp_open", "gauge", "SMTP connections that are open.");
  text.line({}, counts.open);
  text.begin(
      "failmx_smtp_refused_total", "counter", "SMTP connections turned away by the program's limit."
  );
  text.line({}, counts.refused);
}

Answer<Outcome> metrics(Api& api, const Call& call) {
  std::vector<Seen> all;
  for (const auto& one : api.registry.all()) {
    all.push_back({label(one->name()), one->figures(), one->status(call.now)});
  }
  Text text;
  for (const auto& plain : kPlain) {
    text.begin(plain.name, plain.type, plain.help);
    for (const auto& seen : all) text.line(of(seen), plain.value(seen));
  }
  add_commands(text, all);
  add_replies(text, all);
  add_attempts(text, all);
  add_histogram(
      text,
      all,
      "failmx_reply_seconds",
      "From a command, or the begin of a connection, to the reply as planned.",
      &Figures::reply
  );
  add_histogram(
      text,
      all,
      "failmx_connection_seconds",
      "From the begin of a connection to its end.",
      &Figures::connection
  );
  add_program(text, api);
  return Outcome{{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = text.take()}};
}

constexpr std::string_view kTypes[] = {"text/plain"};
constexpr ReplyDoc kReplies[] = {{200, "The figures, as Prometheus reads them", "", kTypes}};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/metrics",
     .handle = metrics,
     .doc = "Figures for Prometheus: connections, commands, replies, attempts, times",
     .replies = kReplies},
};

}  // namespace

std::span<const Route> metrics_routes() {
  return kRoutes;
}

}  // namespace control::api
