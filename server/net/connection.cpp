#include "net/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "net/shard.hpp"

namespace net {

using base::TimePoint;

namespace {

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

Connection::Connection(Shard& shard, Socket socket, Arrived arrived)
    : shard_(shard),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      transport_(socket_.native_handle()),
      arrived_(std::move(arrived)) {}

void Connection::start(TimePoint now) {
  if (!arrived_.announced) return converse(now);
  state_ = State::announced;
  deadline_ = now + kForHeader;
  await_readable();
}

void Connection::converse(TimePoint now) {
  state_ = State::open;
  talk_.emplace(arrived_.receiver, arrived_.peer, now, arrived_.directory);
  pump(now);
}

bool Connection::has(std::string_view receiver) const {
  return talk_ ? talk_->has(receiver) : arrived_.receiver->name() == receiver;
}

// Called after everything that may have changed what the conversation wants.
void Connection::pump(TimePoint now) {
  while (state_ == State::open) {
    const wire::Wants wants = talk_->poll(now);
    if (!wants.write.empty() && !blocked_) {
      // Most replies fit the send buffer: one system call, no round through the loop.
      if (write(wants.write, now)) continue;
      if (state_ != State::open) return;
    }
    if (wants.write.empty() && wants.ending == wire::Ending::start_tls) return start_tls(now);
    if (wants.write.empty() && wants.ending == wire::Ending::rename) {
      rename(now);
      continue;
    }
    if (wants.write.empty() && wants.ending == wire::Ending::half_close) {
      transport_.end_output();
      ::shutdown(socket_.native_handle(), SHUT_WR);
      talk_->half_closed();
      continue;
    }
    if (wants.write.empty() && wants.ending != wire::Ending::none) return finish(wants.ending, now);

    welcome_ = input_over_ ? 0 : std::min(wants.read, Shard::kBuffer);
    if (welcome_ > 0 && (transport_.has_input() || !early_.empty())) {
      read(now);
      continue;
    }
    if (welcome_ > 0 && !reading_) await_readable();
    if (wants.wake != armed_) arm(wants.wake);
    return;
  }
}

// True: something was written, poll again. False: there is no room, or the connection is gone.
bool Connection::write(std::string_view bytes, TimePoint now) {
  const auto sent = transport_.send(bytes);
  if (sent.flow == Flow::moved) {
    talk_->wrote(sent.octets, now);
    return true;
  }
  if (sent.flow == Flow::blocked) {
    await_writable();
  } else {
    lost(now);
  }
  return false;
}

void Connection::read(TimePoint now) {
  if (welcome_ == 0) return;
  if (!early_.empty()) {
    // At most a header's length, for which there always is room.
    return talk_->received(std::exchange(early_, {}), now);
  }
  const auto got = transport_.receive(welcome_, shard_.buffer(), Shard::kBuffer);
  switch (got.flow) {
    case Flow::moved: return talk_->received(got.octets, now);
    case Flow::over: input_over_ = true; return talk_->peer_left(receiver::Left::orderly, now);
    case Flow::lost: return lost(now);
    case Flow::blocked: return;
  }
}

void Connection::await_readable() {
  reading_ = true;
  socket_.async_wait(Socket::wait_read, [self = ConnectionPtr(this)](const auto& error) {
    self->reading_ = false;
    if (error || self->state_ == State::closed) return;
    const TimePoint now = Shard::now();
    if (self->state_ == State::lingering) return self->discard(now);
    if (self->state_ == State::announced) return self->read_header(now);
    if (self->transport_.is_shaking_hands()) return self->shake_hands(now);
    self->read(now);
    self->pump(now);
  });
}

void Connection::await_writable() {
  blocked_ = true;
  socket_.async_wait(Socket::wait_write, [self = ConnectionPtr(this)](const auto& error) {
    self->blocked_ = false;
    if (error) return;
    const TimePoint now = Shard::now();
    if (self->transport_.is_shaking_hands()) return self->shake_hands(now);
    self->pump(now);
  });
}

void Connection::arm(TimePoint wake) {
  armed_ = wake;
  if (wake == base::kNever) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(wake);
  timer_.async_wait([self = ConnectionPtr(this)](const auto& error) {
    if (error || self->state_ != State::open) return;
    self->armed_ = base::kNever;
    self->pump(Shard::now());
  });
}

void Connection::finish(wire::Ending ending, TimePoint now) {
  talk_->ended(now);
  if (ending == wire::Ending::reset) {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return close();
  }
  transport_.end_output();
  if (input_over_) return close();
  // Closing a socket with unread input sends RST, which may destroy our last reply on its way:
  // send FIN, then wait for the peer's, reading what it still says.
  ::shutdown(socket_.native_handle(), SHUT_WR);
  state_ = State::lingering;
  deadline_ = now + (shard_.draining() ? kLingerWhenDraining : kLinger);
  timer_.cancel();
  if (!reading_) await_readable();
}

void Connection::discard(TimePoint now) {
  const auto n = ::recv(socket_.native_handle(), shard_.buffer(), Shard::kBuffer, MSG_DONTWAIT);
  if (n > 0) discarded_ += static_cast<std::size_t>(n);
  const bool over = n == 0 || (n < 0 && !would_block() && errno != EINTR);
  if (over || discarded_ >= kLingerOctets || now >= deadline_) return close();
  await_readable();
}

// The peer sent RST, or the system gave up on it.
void Connection::lost(TimePoint now) {
  const auto* const tls = transport_.tls();
  const bool failed = tls != nullptr && tls->state() == tls::Channel::State::failed;
  if (failed) talk_->tls_failed(tls->error(), tls->facts(), now);
  talk_->peer_left(receiver::Left::reset, now);
  if (!failed && transport_.is_shaking_hands()) {
    talk_->tls_failed("the client reset the connection", tls->facts(), now);
  }
  talk_->ended(now);
  close();
}

void Connection::check(TimePoint now) {
  if (now >= deadline_ && state_ == State::announced) {
    return refuse_header("no PROXY header came in time", now);
  }
  if (now >= deadline_) return abort(now);
  if (state_ != State::open || deadline_ != base::kNever) return;
  const TimePoint quiet_since = talk_->quiet_since();
  if (quiet_since == base::kNever || now - quiet_since < talk_->idle_timeout()) return;
  deadline_ = now + kLastWords;
  if (transport_.is_shaking_hands()) {
    talk_->tls_failed("the client did not go on with it", transport_.tls()->facts(), now);
  }
  talk_->timed_out(now);
  pump(now);
}

void Connection::drain(TimePoint now) {
  if (state_ == State::announced) return close();
  if (state_ != State::open) return;
  talk_->drain(now);
  pump(now);
}

void Connection::release(std::string_view receiver, TimePoint now) {
  if (state_ == State::announced && has(receiver)) return close();
  if (state_ != State::open) return;
  talk_->release(receiver, now);
  pump(now);
}

void Connection::abort(TimePoint now) {
  if (state_ == State::open) talk_->ended(now);
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  shard_.forget(*this);
}

}  // namespace net
