// Taking a message in: see the header. Bodies are hashed and searched, never walked octet by octet.
#include "smtp/intake.hpp"

#include <algorithm>

#include <xxhash.h>

#include "smtp/headers.hpp"
#include "smtp/octets.hpp"

namespace smtp {

namespace {

std::string hex(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "xxh3:";
  text.reserve(text.size() + 2 * sizeof canonical.digest);
  for (const unsigned char octet : canonical.digest) {
    text.push_back(kDigits[octet >> 4U]);
    text.push_back(kDigits[octet & 15U]);
  }
  return text;
}

}  // namespace

void Intake::Release::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

void Intake::begin(std::size_t capture, std::uint64_t limit) {
  if (!hash_) hash_.reset(XXH3_createState());
  XXH3_128bits_reset(hash_.get());
  message_ = std::make_shared<Message>();
  capture_ = capture;
  limit_ = limit;
  size_ = nuls_ = 0;
  eight_bit_ = {};
  header_octets_ = 0;
  in_body_ = false;
  line_ = LineSoFar::empty;
}

void Intake::add(std::string_view content) {
  size_ += content.size();
  if (capture_ > 0) {
    auto& kept = message_->content;
    kept.append(content.substr(0, capture_ - std::min(capture_, kept.size())));
    if (over_limit()) {
      capture_ = 0;
      kept = {};
    }
  }
  if (!in_body_) {
    const auto headers = header_part(content);
    add_headers(content.substr(0, headers));
    content.remove_prefix(headers);
  }
  count(content, eight_bit_.body);
  XXH3_128bits_update(hash_.get(), content.data(), content.size());
}

// How many octets of `content` belong before the body; sets in_body_ if the empty line is among
// them.
std::size_t Intake::header_part(std::string_view content) {
  std::size_t line = 0;
  while (line < content.size()) {
    const auto lf = std::min(content.find('\n', line), content.size());
    const auto octets = content.substr(line, lf - line);
    if (!octets.empty()) {
      line_ = line_ == LineSoFar::empty && octets == "\r" ? LineSoFar::cr : LineSoFar::text;
    }
    if (lf == content.size()) break;
    if (line_ != LineSoFar::text) {
      in_body_ = true;
      return lf + 1;
    }
    line_ = LineSoFar::empty;
    line = lf + 1;
  }
  return content.size();
}

void Intake::add_headers(std::string_view content) {
  count(content, eight_bit_.headers);
  header_octets_ += content.size();
  auto& headers = message_->headers;
  headers.append(content.substr(0, Message::kMaxHeaders - headers.size()));
  if (!in_body_) {
    // As long as there is no empty line, all counts as body.
    XXH3_128bits_update(hash_.get(), content.data(), content.size());
    return;
  }
  XXH3_128bits_reset(hash_.get());
  // The empty line itself does not belong to the section.
  const auto empty_line = line_ == LineSoFar::cr ? 2U : 1U;
  headers.resize(std::min(headers.size(), header_octets_ - empty_line));
}

void Intake::count(std::string_view content, std::uint64_t& eight_bit) {
  const auto special = special_octets(content);
  nuls_ += special.nul;
  eight_bit += special.eight_bit;
}

std::shared_ptr<const Message> Intake::finish() {
  message_->size = size_;
  message_->over_size = over_limit();
  message_->body_hash = hex(XXH3_128bits_digest(hash_.get()));
  message_->message_id = message_id_of(message_->headers);
  return std::move(message_);
}

}  // namespace smtp
