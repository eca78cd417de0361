// The operations of a plan, one function each. An operation returns true when it is completed; when
// it is not, it leaves in held_until the instant it waits for, or nothing when it waits for the
// peer.
#include "wire/player.hpp"

#include <algorithm>
#include <cassert>

#include "base/random.hpp"

namespace wire {

namespace {

// Noise is made as it is written, this far ahead: a plan may ask for more of it than memory holds.
constexpr std::size_t kNoiseAhead = std::size_t{64} * 1024;

// An idle connection keeps no output buffer larger than this.
constexpr std::size_t kKeptCapacity = std::size_t{4} * 1024;

base::TimePoint later(base::TimePoint from, base::Duration by) {
  if (by <= base::Duration{0}) return from;
  return base::kNever - from <= by ? base::kNever : from + by;
}

// Byte i of the noise of `draw`. `last`: no line end, so that a peer that reads lines goes on
// waiting.
char noise_byte(std::uint64_t draw, std::size_t i, bool last) {
  const std::uint64_t word = base::mix64(draw ^ base::mix64(i / 8));
  const auto byte = static_cast<unsigned char>(word >> (8 * (i % 8)));
  if (last && (byte == '\r' || byte == '\n')) return '#';
  return static_cast<char>(byte);
}

}  // namespace

void Player::say(std::string_view text) {
  if (over_) return;
  (playing_ ? after_ : out_).append(text);
}

void Player::play(const Plan& plan, std::uint64_t draw, base::TimePoint now) {
  assert(!playing_ && !over_);
  if (playing_ || over_) return;
  plan_ = plan;
  run_ = Run{};
  run_.draw = draw;
  run_.since = now;
  playing_ = !plan_.ops.empty();
}

void Player::wrote(std::size_t n, base::TimePoint) {
  assert(n <= unwritten());
  n = std::min(n, unwritten());
  sent_ += n;
  written_ += n;
  if (sent_ < out_.size()) {
    // A peer that never takes all must not make the written part grow for ever.
    if (sent_ < kKeptCapacity || sent_ < out_.size() / 2) return;
    out_.erase(0, sent_);
  } else {
    out_.clear();
    if (out_.capacity() > kKeptCapacity) out_.shrink_to_fit();
  }
  sent_ = 0;
}

void Player::took(std::size_t n, base::TimePoint now) {
  if (n > 0) run_.heard = true;
  open_read_window(now);
  read_limit_.left -= std::min(n, read_limit_.left);
}

void Player::half_closed() {
  if (ending_ == Ending::half_close) ending_ = Ending::none;
}

Wants Player::poll(base::TimePoint now) {
  run(now);
  Wants wants;
  wants.write = std::string_view(out_).substr(sent_);
  if (wants.write.empty()) wants.ending = ending_;
  if (wants.ending == Ending::close || wants.ending == Ending::reset) return wants;
  wants.read = welcome(now);
  if (run_.held_until) wants.wake = *run_.held_until;
  if (wants.read == 0) wants.wake = std::min(wants.wake, read_limit_.ends);
  return wants;
}

bool Player::holding(base::TimePoint now) const {
  if (run_.held_until && now < *run_.held_until) return true;
  return read_limit_.bytes > 0 && read_limit_.left == 0 && now < read_limit_.ends;
}

std::uint64_t Player::draw_of_op() const {
  return base::mix64(run_.draw + run_.next);
}

void Player::run(base::TimePoint now) {
  run_.held_until.reset();
  while (playing_ && run_.next < plan_.ops.size()) {
    if (!perform(plan_.ops[run_.next], now)) return;
    ++run_.next;
    run_.said = 0;
    run_.since = now;
    run_.heard = false;
    if (over_) {
      playing_ = false;
      after_.clear();
    }
  }
  if (playing_ && speak(after_, now)) {
    playing_ = false;
    after_.clear();
  }
}

bool Player::perform(const Op& op, base::TimePoint now) {
  switch (op.kind) {
    case Op::Kind::say:
      if (!speak(std::string_view(op.text).substr(0, run_.cut), now)) return false;
      run_.cut = kUncut;
      return true;
    case Op::Kind::noise: return make_noise(op.n, now);
    case Op::Kind::wait: return wait(op, now);
    case Op::Kind::await: return run_.heard;
    case Op::Kind::pace:
      run_.piece = std::max<std::size_t>(op.n, 1);
      run_.gap = op.time.at(draw_of_op());
      run_.next_piece = now;
      return true;
    case Op::Kind::cut: run_.cut = op.n; return true;
    case Op::Kind::slow_read: limit_reading(op, now); return true;
    case Op::Kind::stall:
      over_ = true;
      run_.held_until = base::kNever;
      return false;
    case Op::Kind::half_close: return end(Ending::half_close);
    case Op::Kind::close: return end(Ending::close);
    case Op::Kind::reset: return end(Ending::reset);
  }
  return true;
}

bool Player::wait(const Op& op, base::TimePoint now) {
  const base::TimePoint until = later(run_.since, op.time.at(draw_of_op()));
  if (now >= until) return true;
  run_.held_until = until;
  return false;
}

bool Player::speak(std::string_view text, base::TimePoint now) {
  while (run_.said < text.size()) {
    const std::size_t piece = next_piece(text.size() - run_.said, now);
    if (piece == 0) return false;
    out_.append(text.substr(run_.said, piece));
    run_.said += piece;
  }
  return true;
}

bool Player::make_noise(std::size_t length, base::TimePoint now) {
  const std::uint64_t draw = draw_of_op();
  while (run_.said < length) {
    const std::size_t room = kNoiseAhead - std::min(unwritten(), kNoiseAhead);
    if (room == 0) return false;
    const std::size_t piece = next_piece(std::min(length - run_.said, room), now);
    if (piece == 0) return false;
    for (const std::size_t end = run_.said + piece; run_.said < end; ++run_.said) {
      out_ += noise_byte(draw, run_.said, run_.said + 1 == length);
    }
  }
  return true;
}

// How many of `left` bytes may go out now; 0: a gap is not over.
std::size_t Player::next_piece(std::size_t left, base::TimePoint now) {
  if (run_.piece == 0) return left;
  if (now < run_.next_piece) {
    run_.held_until = run_.next_piece;
    return 0;
  }
  run_.next_piece = later(now, run_.gap);
  return std::min(left, run_.piece);
}

bool Player::end(Ending ending) {
  over_ = true;
  ending_ = ending;
  return unwritten() == 0;
}

void Player::limit_reading(const Op& op, base::TimePoint now) {
  read_limit_.bytes = std::max<std::size_t>(op.n, 1);
  read_limit_.window = op.time.at(draw_of_op());
  read_limit_.left = read_limit_.bytes;
  read_limit_.ends = later(now, read_limit_.window);
}

// Forgets what a window that is over has left: allowances do not add up.
void Player::open_read_window(base::TimePoint now) {
  if (read_limit_.bytes == 0 || now < read_limit_.ends) return;
  read_limit_.left = read_limit_.bytes;
  read_limit_.ends = later(now, read_limit_.window);
}

std::size_t Player::welcome(base::TimePoint now) {
  if (read_limit_.bytes == 0) return kReadAtOnce;
  open_read_window(now);
  return std::min(read_limit_.left, kReadAtOnce);
}

}  // namespace wire
