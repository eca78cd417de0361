#include "net/smtp_server.hpp"

#include <algorithm>
#include <future>
#include <sys/resource.h>
#include <thread>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <fmt/format.h>

#include "net/address.hpp"
#include "net/listener.hpp"
#include "net/shard.hpp"

namespace net {

namespace asio = boost::asio;
using Listeners = std::vector<std::shared_ptr<Listener>>;

namespace {

// A journal without events for this long gets one that says so.
constexpr base::Duration kSilence = std::chrono::seconds(10);

// The soft limit is often 1024 where the hard one allows many times as much.
void raise_file_limit() {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Bound to_bound(const Listener& listener) {
  return {.address = to_text(listener.bound())};
}

}  // namespace

struct SmtpServer::State {
  explicit State(ServerOptions o)
      : options(o),
        shard(tally, [this](base::TimePoint now) { tick(now); }),
        admission(tally, o.max_connections, shard),
        thread([this] { shard.run(); }) {}

  // Runs `work` on the SMTP thread and waits for what it returns.
  template <typename Work>
  auto on_thread(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    asio::dispatch(shard.io(), [&task] { task(); });
    return result.get();
  }

  base::Result<std::vector<Bound>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver,
      const std::vector<Listener::Endpoint>& wished
  );
  std::shared_ptr<Listener> take_kept(Listeners& mine, const Listener::Endpoint& wished) const;
  void tick(base::TimePoint now) const;
  void close_listeners();

  const ServerOptions options;
  Tally tally;
  Shard shard;

  // Owned by the SMTP thread.
  Admission admission;
  Listeners listeners;
  bool stopping = false;

  std::thread thread;  // last: it uses all of the above
};

// The listener among `mine` that already answers where `wished` asks for, taken out of them.
std::shared_ptr<Listener> SmtpServer::State::take_kept(
    Listeners& mine, const Listener::Endpoint& wished
) const {
  const auto it = std::find_if(mine.begin(), mine.end(), [&](const auto& listener) {
    return listener->bound() == wished || listener->wished() == wished;
  });
  if (it == mine.end()) return nullptr;
  auto kept = std::move(*it);
  mine.erase(it);
  return kept;
}

base::Result<std::vector<Bound>> SmtpServer::State::listen(
    const std::shared_ptr<receiver::Receiver>& receiver,
    const std::vector<Listener::Endpoint>& wished
) {
  if (stopping) return base::failure("the server is stopping");
  Listeners mine;
  Listeners others;
  for (const auto& listener : listeners) {
    (listener->receiver()->name() == receiver->name() ? mine : others).push_back(listener);
  }

  // Named ports first, so that "any free port" does not take a listener that is wished by name.
  Listeners wanted(wished.size());
  Listeners opened;
  for (const bool named : {true, false}) {
    for (std::size_t i = 0; i < wished.size(); ++i) {
      if ((wished[i].port() != 0) == named) wanted[i] = take_kept(mine, wished[i]);
    }
  }
  for (std::size_t i = 0; i < wished.size(); ++i) {
    if (wanted[i]) continue;
    auto listener = Listener::open(admission, receiver, wished[i]);
    if (!listener) {
      for (const auto& one : opened) one->close();
      return tl::unexpected(std::move(listener.error()));
    }
    opened.push_back(*listener);
    wanted[i] = std::move(*listener);
  }

  // Nothing can fail from here on.
  for (const auto& listener : mine) listener->close();
  for (const auto& listener : opened) listener->start();
  std::vector<Bound> bound;
  for (const auto& listener : wanted) {
    listener->serve(receiver);
    bound.push_back(to_bound(*listener));
  }
  others.insert(others.end(), wanted.begin(), wanted.end());
  listeners = std::move(others);
  return bound;
}

void SmtpServer::State::tick(base::TimePoint now) const {
  receiver::Receiver* last = nullptr;  // listeners of one receiver stand together
  for (const auto& listener : listeners) {
    if (listener->receiver().get() == last) continue;
    last = listener->receiver().get();
    last->tick(now);
    last->observed(now, kSilence);
  }
}

void SmtpServer::State::close_listeners() {
  stopping = true;
  for (const auto& listener : listeners) listener->close();
  listeners.clear();
}

SmtpServer::SmtpServer(ServerOptions options, base::TimePoint /*run_start*/) {
  raise_file_limit();
  state_ = std::make_unique<State>(options);
}

SmtpServer::~SmtpServer() {
  state_->on_thread([this] {
    state_->close_listeners();
    state_->shard.stop();
  });
  state_->thread.join();
}

base::Result<std::vector<Bound>> SmtpServer::listen(
    std::shared_ptr<receiver::Receiver> receiver, const std::vector<std::string>& addresses
) {
  std::vector<Listener::Endpoint> wished;
  for (const auto& address : addresses) {
    const auto endpoint = parse_address(address);
    if (!endpoint) return tl::unexpected(endpoint.error());
    wished.push_back(*endpoint);
  }
  return state_->on_thread([&] { return state_->listen(receiver, wished); });
}

std::vector<Bound> SmtpServer::bound(std::string_view receiver) const {
  return state_->on_thread([&] {
    std::vector<Bound> result;
    for (const auto& listener : state_->listeners) {
      if (listener->receiver()->name() == receiver) result.push_back(to_bound(*listener));
    }
    return result;
  });
}

void SmtpServer::drain() {
  std::promise<void> gone;
  state_->on_thread([&] {
    state_->close_listeners();
    state_->shard.drain(Shard::now() + state_->options.drain, [&gone] { gone.set_value(); });
  });
  gone.get_future().wait();
}

SmtpServer::Counts SmtpServer::counts() const {
  const Tally& tally = state_->tally;
  return {
      .accepted = tally.accepted.load(),
      .open = tally.open.load(),
      .refused = tally.refused.load(),
      .out_of_files = tally.out_of_files.load(),
  };
}

}  // namespace net
