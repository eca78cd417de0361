#include "transcripts/records.hpp"

#include <stdexcept>

#include <boost/json.hpp>

#include "journal/json.hpp"

namespace transcripts {

namespace json = boost::json;

namespace {

std::string text_of(bool value) {
  return value ? "true" : "false";
}

void join(Record& record, const std::string& name, std::string_view value) {
  std::string& list = record[name];
  if (!list.empty()) list += ",";
  list += value;
}

void put(Record& record, const std::string& name, const json::value& value);

Record record_of_json(const json::value& item) {
  Record record;
  for (const auto& [name, value] : item.as_object()) put(record, std::string(name), value);
  return record;
}

void put_attempts(Record& record, const json::array& attempts) {
  record["attempts"] = std::to_string(attempts.size());
  for (const auto& attempt : attempts) {
    Record fields = record_of_json(attempt);
    join(record, "outcomes", fields["outcome"]);
    join(record, "codes", fields["code"].empty() ? "-" : fields["code"]);
  }
}

void put(Record& record, const std::string& name, const json::value& value) {
  if (value.is_string()) {
    record[name] = std::string(value.as_string());
  } else if (value.is_bool()) {
    record[name] = text_of(value.as_bool());
  } else if (value.is_object()) {
    for (const auto& [inner, content] : value.as_object()) put(record, std::string(inner), content);
  } else if (value.is_array() && name == "attempts") {
    put_attempts(record, value.as_array());
  } else if (!value.is_null() && !value.is_array()) {
    record[name] = json::serialize(value);
  }
}

}  // namespace

Record record_of(const journal::Event& event) {
  std::string text;
  journal::append_json(text, event, base::WallTime{});
  return record_of_json(json::parse(text));
}

Record record_of(const journal::Attempt& attempt) {
  std::string text;
  journal::append_json(text, attempt, base::WallTime{});
  return record_of_json(json::parse(text));
}

Record record_of(const journal::Delivery& delivery, const std::vector<journal::Attempt>& attempts) {
  Record record{
      {"id", std::to_string(delivery.id)},
      {"sender", delivery.sender},
      {"recipient", delivery.recipient},
      {"message_id", delivery.message_id},
      {"state", std::string(name_of(delivery.state))},
      {"attempts", std::to_string(delivery.attempts.size())},
      {"copies", std::to_string(delivery.copies)},
      {"ambiguous", text_of(delivery.ambiguous)},
  };
  for (const auto& attempt : attempts) {
    join(record, "outcomes", name_of(attempt.outcome));
    join(record, "codes", attempt.code == 0 ? "-" : std::to_string(attempt.code));
  }
  return record;
}

std::vector<Record> records_of_page(std::string_view text) {
  const json::value page = json::parse(text);
  if (!page.is_object() || !page.as_object().contains("items")) {
    throw std::runtime_error("not a page: " + std::string(text.substr(0, 200)));
  }
  std::vector<Record> records;
  for (const auto& item : page.at("items").as_array()) records.push_back(record_of_json(item));
  return records;
}

}  // namespace transcripts
