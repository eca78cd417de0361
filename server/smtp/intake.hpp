// Takes a message in piece by piece: size, header section, body hash (XXH3-128), captured content,
// octets that need an extension. Its memory is bounded by what is captured and
// Message::kMaxHeaders. Knows no end of data. Not thread-safe: one per connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "smtp/message.hpp"

struct XXH3_state_s;

namespace smtp {

// Octets of a kind, before and behind the first empty line.
struct OctetCount {
  std::uint64_t headers = 0;
  std::uint64_t body = 0;
};

class Intake {
 public:
  // Starts a message of which at most `capture` octets of content are kept, none if it grows over
  // `limit` (0: no limit).
  void begin(std::size_t capture, std::uint64_t limit);

  void add(std::string_view content);

  // Octets so far.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[nodiscard]] bool over_limit() const { return limit_ > 0 && size_ > limit_; }

  [[nodiscard]] std::uint64_t nuls() const { return nuls_; }

  [[nodiscard]] const OctetCount& eight_bit() const { return eight_bit_; }

  // The message; begin() the next one before anything else.
  [[nodiscard]] std::shared_ptr<const Message> finish();

 private:
  enum class LineSoFar : std::uint8_t { empty, cr, text };

  [[nodiscard]] std::size_t header_part(std::string_view content);
  void add_headers(std::string_view content);
  void count(std::string_view content, std::uint64_t& eight_bit);

  struct Release {
    void operator()(XXH3_state_s* state) const;
  };

  std::unique_ptr<XXH3_state_s, Release> hash_;  // made with the first message
  std::shared_ptr<Message> message_;
  std::size_t capture_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t nuls_ = 0;
  OctetCount eight_bit_;
  std::size_t header_octets_ = 0;  // with the empty line
  bool in_body_ = false;
  LineSoFar line_ = LineSoFar::empty;  // of the header section
};

}  // namespace smtp
