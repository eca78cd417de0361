// What the JSON parser calls, piece by piece, on its way through the line of an event: keeps track
// of where it is and hands each value to its field. Never stops the parser: a line that is no JSON
// is told as such, whatever else is wrong with it. Not thread-safe: one per reader.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include "journal/json_fields.hpp"

namespace journal {

class Steps {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  Draft draft{};
  bool is_object = false;
  bool has_expectations = false;

  // Before each line.
  void begin();

  bool on_document_begin(boost::json::error_code&) { return true; }

  bool on_document_end(boost::json::error_code&) { return true; }

  bool on_comment_part(boost::json::string_view, boost::json::error_code&) { return true; }

  bool on_comment(boost::json::string_view, boost::json::error_code&) { return true; }

  bool on_object_begin(boost::json::error_code&);
  bool on_object_end(std::size_t, boost::json::error_code&);
  bool on_array_begin(boost::json::error_code&);
  bool on_array_end(std::size_t, boost::json::error_code&);

  bool on_key_part(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    return more(part);
  }

  bool on_key(boost::json::string_view part, std::size_t, boost::json::error_code&);

  bool on_string_part(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    return more(part);
  }

  bool on_string(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    return value({.type = Scalar::Type::text, .text = whole_text(part)});
  }

  bool on_number_part(boost::json::string_view part, boost::json::error_code&) {
    return more(part);
  }

  bool on_int64(std::int64_t number, boost::json::string_view part, boost::json::error_code&) {
    return number < 0 ? on_real(static_cast<double>(number), part)
                      : on_whole(static_cast<std::uint64_t>(number), part);
  }

  bool on_uint64(std::uint64_t number, boost::json::string_view part, boost::json::error_code&) {
    return on_whole(number, part);
  }

  bool on_double(double number, boost::json::string_view part, boost::json::error_code&) {
    return on_real(number, part);
  }

  bool on_bool(bool flag, boost::json::error_code&) {
    return value({.type = Scalar::Type::boolean, .flag = flag});
  }

  // Within a list it is a value like any other, and no string.
  bool on_null(boost::json::error_code&) {
    const bool counts = where_ == Where::list || where_ == Where::pair;
    return counts ? value({.type = Scalar::Type::boolean}) : true;
  }

 private:
  // list: of `field_`; pair: an item of a list of pairs.
  enum class Where : std::uint8_t { outside, event, message, setup, list, pair };

  bool more(boost::json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  // Most texts come in one part and need no copy. Good until the next call.
  std::string_view whole_text(boost::json::string_view last) {
    if (text_.empty()) return std::string_view(last.data(), last.size());
    more(last);
    held_.swap(text_);
    text_.clear();
    return held_;
  }

  bool on_whole(std::uint64_t number, boost::json::string_view part) {
    return value({.type = Scalar::Type::whole, .text = whole_text(part), .whole = number});
  }

  bool on_real(double number, boost::json::string_view part) {
    return value({.type = Scalar::Type::real, .text = whole_text(part), .real = number});
  }

  [[nodiscard]] std::span<const Field> fields() const;
  bool value(const Scalar& scalar);
  void put(const Scalar& scalar);
  void list_item(const Scalar& scalar);
  void mismatch();

  std::string text_{};  // parts before the last one
  std::string held_{};
  Where where_ = Where::outside;
  Where list_in_ = Where::event;  // the object whose field a list is
  std::size_t skipped_ = 0;       // open containers that nobody wants
  std::size_t expected_ = 0;      // place of the field that usually comes next
  const Field* field_ = nullptr;  // whose value comes; nullptr: nobody's
  int pair_size_ = 0;             // items of the pair at hand so far
};

}  // namespace journal
