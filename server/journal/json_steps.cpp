#include "journal/json_steps.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace journal {

void Steps::begin() {
  draft.event = Event();
  draft.message.reset();
  draft.setup.reset();
  draft.has_kind = false;
  draft.wrong.clear();
  draft.unknown_kind.clear();
  is_object = has_expectations = false;
  text_.clear();
  where_ = Where::outside;
  skipped_ = 0;
  field_ = nullptr;
}

std::span<const Field> Steps::fields() const {
  if (where_ == Where::message) return message_fields();
  return where_ == Where::setup ? setup_fields() : event_fields();
}

// Fields come in the order in which they are written, with gaps: the search goes on from the last.
bool Steps::on_key(boost::json::string_view part, std::size_t, boost::json::error_code&) {
  const std::string_view name = whole_text(part);
  field_ = nullptr;
  if (skipped_ > 0) return true;
  const std::span<const Field> all = fields();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t place = (expected_ + i) % all.size();
    if (all[place].name != name) continue;
    field_ = &all[place];
    expected_ = place + 1;
    break;
  }
  return true;
}

void Steps::mismatch() {
  if (field_ == nullptr) return;
  const Where where = where_ == Where::list || where_ == Where::pair ? list_in_ : where_;
  const char* in = "";
  if (where == Where::message) in = "in 'message': ";
  if (where == Where::setup) in = "in 'setup': ";
  draft.complain(fmt::format("{}field '{}' {}", in, field_->name, field_->wrong));
}

bool Steps::value(const Scalar& scalar) {
  if (skipped_ > 0 || where_ == Where::outside) return true;
  if (where_ == Where::list || where_ == Where::pair) {
    list_item(scalar);
  } else if (field_ != nullptr) {
    put(scalar);
  }
  return true;
}

void Steps::put(const Scalar& scalar) {
  const Fit fit = field_->put == nullptr ? Fit::other_type : field_->put(draft, scalar);
  switch (fit) {
    case Fit::yes: return;
    case Fit::other_type: return mismatch();
    case Fit::out_of_range:
      return draft.complain(fmt::format("field '{}' is out of range", field_->name));
    case Fit::unknown:
      return draft.complain(fmt::format("unknown {} '{}'", field_->name, bytes_of(scalar.text)));
  }
}

void Steps::list_item(const Scalar& scalar) {
  if (field_->holds == Field::Holds::strings && scalar.type == Scalar::Type::text) {
    field_->strings(draft).push_back(bytes_of(scalar.text));
    return;
  }
  if (where_ != Where::pair || scalar.type != Scalar::Type::text) return mismatch();
  auto& pair = field_->pairs(draft).back();
  (pair_size_++ == 0 ? pair.first : pair.second) = bytes_of(scalar.text);
}

bool Steps::on_object_begin(boost::json::error_code&) {
  const bool wanted = skipped_ == 0 && where_ == Where::event && field_ != nullptr;
  if (skipped_ == 0 && where_ == Where::outside) {
    is_object = true;
    where_ = Where::event;
    expected_ = 0;
  } else if (wanted && field_->holds == Field::Holds::message) {
    draft.event.message = draft.message = std::make_shared<MessageFacts>();
    where_ = Where::message;
    expected_ = 0;
  } else if (wanted && field_->holds == Field::Holds::setup) {
    draft.event.setup = draft.setup = std::make_shared<Setup>();
    where_ = Where::setup;
    expected_ = 0;
  } else {
    if (skipped_ == 0) mismatch();
    ++skipped_;
  }
  return true;
}

bool Steps::on_object_end(std::size_t, boost::json::error_code&) {
  if (skipped_ > 0) {
    --skipped_;
  } else {
    where_ = where_ == Where::event ? Where::outside : Where::event;
    expected_ = 0;
  }
  return true;
}

bool Steps::on_array_begin(boost::json::error_code&) {
  const Field::Holds holds = field_ == nullptr ? Field::Holds::scalar : field_->holds;
  if (skipped_ > 0 || where_ == Where::outside || field_ == nullptr) {
    ++skipped_;
  } else if (where_ == Where::list && holds == Field::Holds::pairs) {
    where_ = Where::pair;
    pair_size_ = 0;
    field_->pairs(draft).emplace_back();
  } else if (where_ != Where::list && where_ != Where::pair && holds == Field::Holds::pairs) {
    list_in_ = std::exchange(where_, Where::list);
    field_->pairs(draft).clear();
  } else if (where_ != Where::list && holds == Field::Holds::strings) {
    list_in_ = std::exchange(where_, Where::list);
    field_->strings(draft).clear();
  } else {
    // Expectations are taken as they are once the line has proven to be well-formed.
    has_expectations = has_expectations || holds == Field::Holds::json;
    if (holds != Field::Holds::json) mismatch();
    ++skipped_;
  }
  return true;
}

bool Steps::on_array_end(std::size_t, boost::json::error_code&) {
  if (skipped_ > 0) {
    --skipped_;
  } else if (where_ == Where::pair) {
    if (pair_size_ != 2) mismatch();
    where_ = Where::list;
  } else {
    where_ = list_in_;
  }
  return true;
}

}  // namespace journal
