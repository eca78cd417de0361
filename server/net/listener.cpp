#include "net/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/listening.hpp"
#include "net/address.hpp"

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Admission::Admission(
    Tally& tally, std::size_t max_connections, Shard& shard, const receiver::Directory& directory
)
    : tally_(tally), max_connections_(max_connections), shard_(shard), directory_(directory) {
  take_spare();
}

Admission::~Admission() {
  give_up_spare();
}

bool Admission::full() const {
  return tally_.open.load(std::memory_order_relaxed) >= max_connections_;
}

void Admission::give_up_spare() {
  if (spare_ >= 0) ::close(std::exchange(spare_, -1));
}

void Admission::take_spare() {
  if (spare_ < 0) spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

Listener::Listener(
    Admission& admission, std::shared_ptr<receiver::Receiver> receiver, const Endpoint& wished
)
    : admission_(admission),
      wished_(wished),
      receiver_(std::move(receiver)),
      acceptor_(admission.next_shard().io()),
      back_off_(admission.next_shard().io()) {}

base::Result<std::shared_ptr<Listener>> Listener::open(
    Admission& admission, std::shared_ptr<receiver::Receiver> receiver, const Endpoint& wished
) {
  auto listener = std::make_shared<Listener>(admission, std::move(receiver), wished);
  boost::system::error_code error;
  listener->listen(error);
  if (error) {
    return tl::unexpected(base::cannot_listen(to_text(wished), wished.port(), error.value()));
  }
  return listener;
}

void Listener::listen(boost::system::error_code& error) {
  acceptor_.open(wished_.protocol(), error);
  if (error) return;
  // A command that the program runs must not inherit the socket.
  ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  // Linux hands this on to accepted sockets, which saves a system call for each.
  if (!error) acceptor_.set_option(tcp::no_delay(true), error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) acceptor_.bind(wished_, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) bound_ = acceptor_.local_endpoint(error);
  address_ = to_text(bound_);
}

void Listener::start() {
  acceptor_.async_wait(
      asio::socket_base::wait_read,
      [self = shared_from_this()](const auto& error) {
        if (!error && self->acceptor_.is_open()) self->accept_waiting();
      }
  );
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  back_off_.cancel();
}

void Listener::accept_waiting() {
  for (int i = 0; i < kBatch; ++i) {
    if (accept_one()) continue;
    if (is_shortage(errno)) return out_of_files();
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Anything else is that one client's misfortune (it left already, or its network did).
  }
  start();
}

// False: none was accepted, errno says why.
bool Listener::accept_one() {
  Endpoint client;
  auto size = static_cast<socklen_t>(client.capacity());
  const int file = ::accept4(acceptor_.native_handle(), client.data(), &size, SOCK_CLOEXEC);
  if (file < 0) return false;
  client.resize(size);
  if (refuse_all_ || admission_.full()) {
    refuse(file, client);
    return true;
  }
  admission_.tally().accepted.fetch_add(1, std::memory_order_relaxed);
  Arrived arrived{.receiver = receiver_};
  arrived.peer = {
      .connection = admission_.next_connection(),
      .client = ip_of(client),
      .listener = address_,
      .protocol = service_.protocol,
      .tls = service_.tls};
  if (service_.shared) arrived.directory = &admission_.directory();
  arrived.announced =
      std::any_of(service_.proxies.begin(), service_.proxies.end(), [&](const auto& network) {
        return network.contains(arrived.peer.client);
      });
  admission_.next_shard().adopt(file, std::move(arrived));
  return true;
}

void Listener::refuse(int file, const Endpoint& client) {
  const auto edition = receiver_->edition();
  const std::string text =
      fmt::format("{} Too many connections", edition->scenario->profile.hostname);
  const std::string reply = fmt::format("421 4.3.2 {}\r\n", text);
  // Counted and recorded first: whoever has read the reply finds its event.
  admission_.tally().refused.fetch_add(1, std::memory_order_relaxed);
  journal::Event event;
  event.kind = journal::Kind::refused;
  event.connection = admission_.next_connection();
  event.stage = base::Stage::connect;
  event.code = 421;
  event.enhanced = "4.3.2";
  event.subject = base::to_string(ip_of(client));
  event.text = text;
  receiver_->record(std::move(event), Shard::now());

  if (service_.tls == receiver::TlsMode::implicit) {
    // Nothing said in clear would be understood.
    ::close(file);
    return;
  }
  // The client may have gone: there is nothing to do about it.
  [[maybe_unused]] const auto sent =
      ::send(file, reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(file);
}

// Trying again at once would fail again, and spin: tell those who wait now, then look away for a
// moment.
void Listener::out_of_files() {
  admission_.give_up_spare();
  refuse_all_ = true;
  int refused = 0;
  while (refused < kBatch && accept_one()) ++refused;
  refuse_all_ = false;
  // With the last descriptor in use, accept() fails even if nobody is waiting.
  const bool nobody_waits = refused == 0 && !is_shortage(errno);
  admission_.take_spare();
  if (nobody_waits) return start();

  admission_.tally().out_of_files.fetch_add(1, std::memory_order_relaxed);
  journal::Event event;
  event.kind = journal::Kind::note;
  event.text = fmt::format("out of file descriptors: no connection accepted on {}", address_);
  receiver_->record(std::move(event), Shard::now());
  back_off_.expires_after(kBackOff);
  back_off_.async_wait([self = shared_from_this()](const auto& error) {
    if (!error && self->acceptor_.is_open()) self->start();
  });
}

}  // namespace net
