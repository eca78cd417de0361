// How a connection comes to its conversation: the header of a proxy, the TLS handshake, and
// XCLIENT, after which the same socket is another client's.
#include <algorithm>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>

#include "net/connection.hpp"
#include "net/shard.hpp"
#include "wire/proxy_header.hpp"

namespace net {

using base::TimePoint;

void Connection::read_header(TimePoint now) {
  const auto room = wire::kLongestProxyHeader - early_.size();
  const auto got = transport_.receive(room, shard_.buffer(), Shard::kBuffer);
  if (got.flow == Flow::over || got.flow == Flow::lost) {
    return refuse_header("the proxy left before its PROXY header was complete", now);
  }
  early_ += got.octets;
  const auto header = wire::parse_proxy_header(early_);
  if (!header) return refuse_header(header.error().message, now);
  if (!*header) return await_readable();
  early_.erase(0, (*header)->octets);
  arrived_.peer.client = (*header)->client.value_or(arrived_.peer.client);
  deadline_ = base::kNever;
  converse(now);
}

// Whoever does not know whose mail it is takes none.
void Connection::refuse_header(std::string_view why, TimePoint now) {
  journal::Event event;
  event.kind = journal::Kind::note;
  event.text = fmt::format("connection {} was closed: {}", arrived_.peer.connection, why);
  arrived_.receiver->record(std::move(event), now);
  close();
}

void Connection::start_tls(TimePoint now) {
  if (transport_.is_shaking_hands()) {
    if (!reading_) await_readable();
    return;
  }
  auto context = shard_.tls().context(talk_->hostname(), talk_->handshake());
  if (!context) {
    talk_->tls_failed(context.error().message, {.begun = true}, now);
    return finish(wire::Ending::close, now);
  }
  timer_.cancel();
  armed_ = base::kNever;
  transport_.start_tls(std::move(*context), std::exchange(early_, {}));
  shake_hands(now);
}

void Connection::shake_hands(TimePoint now) {
  if (state_ != State::open) return;
  const auto flow = transport_.shake_hands(shard_.buffer(), Shard::kBuffer);
  const auto& tls = *transport_.tls();
  switch (tls.state()) {
    case tls::Channel::State::handshaking:
      if (flow == Flow::lost) return lost(now);
      if (!tls.output().empty() && !blocked_) await_writable();
      if (!reading_) await_readable();
      return;
    case tls::Channel::State::open:
    case tls::Channel::State::closed_by_peer: talk_->secured(tls.facts(), now); return pump(now);
    case tls::Channel::State::failed: break;
  }
  if (flow == Flow::over || flow == Flow::lost) {
    input_over_ = true;
    const auto how = flow == Flow::over ? receiver::Left::orderly : receiver::Left::reset;
    talk_->peer_left(how, now);
  }
  talk_->tls_failed(tls.error(), tls.facts(), now);
  finish(wire::Ending::close, now);
}

void Connection::rename(TimePoint now) {
  arrived_.peer = talk_->renamed();
  arrived_.peer.connection = shard_.next_connection();
  talk_->ended(now);
  talk_.emplace(arrived_.receiver, arrived_.peer, now, arrived_.directory);
}

}  // namespace net
