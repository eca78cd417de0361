// Events out of lines of JSON: the parser, and what remains to be said once a line is through.
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "journal/json.hpp"
#include "journal/json_reader.hpp"
#include "journal/json_steps.hpp"

namespace journal {

namespace {

namespace bj = boost::json;

base::Error not_json(const bj::error_code& error) {
  return {fmt::format("not valid JSON: {}", error.message()), {}};
}

// Of a line that is known to be well-formed.
std::string expectations_in(std::string_view line) {
  const bj::value parsed = bj::parse({line.data(), line.size()});
  return bj::serialize(parsed.at("setup").at("expect"));
}

}  // namespace

struct EventReader::Parser {
  bj::basic_parser<Steps> json{bj::parse_options{}};

  // The error of text that is no JSON.
  bj::error_code parse(std::string_view line) {
    bj::error_code error;
    json.reset();
    json.handler().begin();
    const std::size_t used = json.write_some(false, line.data(), line.size(), error);
    if (!error && used < line.size()) error = bj::error::extra_data;
    return error;
  }
};

EventReader::EventReader() : parser_(std::make_unique<Parser>()) {}

EventReader::~EventReader() = default;

base::Result<Event> EventReader::read(std::string_view line) {
  const auto error = parser_->parse(line);
  if (error) return tl::unexpected(not_json(error));
  Steps& steps = parser_->json.handler();
  Draft& draft = steps.draft;
  if (!steps.is_object) return base::failure("not a JSON object");
  if (!draft.unknown_kind.empty()) return base::failure(draft.unknown_kind);
  if (!draft.has_kind) return base::failure("field 'kind' is missing");
  if (!draft.wrong.empty()) return base::failure(draft.wrong);
  if (steps.has_expectations) draft.setup->expect = expectations_in(line);
  return std::move(draft.event);
}

base::Result<Event> event_from_json(std::string_view line) {
  return EventReader().read(line);
}

base::Result<base::WallTime> wall_from_json(std::string_view line) {
  bj::error_code error;
  const bj::value parsed = bj::parse({line.data(), line.size()}, error);
  if (error) return tl::unexpected(not_json(error));
  if (!parsed.is_object()) return base::failure("not a JSON object");
  const bj::value* at = parsed.get_object().if_contains("at");
  const bj::string* text = at == nullptr ? nullptr : at->if_string();
  if (text == nullptr) return base::failure("field 'at' is not a string");
  return base::parse_wall({text->data(), text->size()});
}

}  // namespace journal
