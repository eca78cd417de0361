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
  return {.address = to_text(listener.bound()), .service = listener.service()};
}

struct Address {
  Listener::Endpoint endpoint{};
  receiver::Service service{};
};

}  // namespace

struct SmtpServer::State {
  State(
      ServerOptions o,
      const receiver::Registry& r,
      const receiver::Directory& directory,
      tls::Authority& authority
  )
      : options(o),
        registry(r),
        shard(tally, authority, [this](base::TimePoint now) { tick(now); }),
        admission(tally, o.max_connections, shard, directory),
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
      const std::shared_ptr<receiver::Receiver>& receiver, const std::vector<Address>& wished
  );
  std::shared_ptr<Listener> take_kept(Listeners& mine, const Listener::Endpoint& wished) const;
  void tick(base::TimePoint now) const;
  void close_listeners(std::string_view receiver);
  void close_all_listeners();

  const ServerOptions options;
  const receiver::Registry& registry;
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
    const std::shared_ptr<receiver::Receiver>& receiver, const std::vector<Address>& wished
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
      const auto& endpoint = wished[i].endpoint;
      if ((endpoint.port() != 0) == named) wanted[i] = take_kept(mine, endpoint);
    }
  }
  for (std::size_t i = 0; i < wished.size(); ++i) {
    if (wanted[i]) continue;
    auto listener = Listener::open(admission, receiver, wished[i].endpoint);
    if (!listener) {
      for (const auto& one : opened) one->close();
      return tl::unexpected(std::move(listener.error()));
    }
    opened.push_back(*listener);
    wanted[i] = std::move(*listener);
  }

  // Nothing can fail from here on.
  for (const auto& listener : mine) listener->close();
  std::vector<Bound> bound;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    wanted[i]->serve(receiver, wished[i].service);
    bound.push_back(to_bound(*wanted[i]));
  }
  for (const auto& listener : opened) listener->start();
  others.insert(others.end(), wanted.begin(), wanted.end());
  listeners = std::move(others);
  return bound;
}

void SmtpServer::State::tick(base::TimePoint now) const {
  for (const auto& receiver : registry.all()) {
    receiver->tick(now);
    receiver->observed(now, kSilence);
  }
}

void SmtpServer::State::close_listeners(std::string_view receiver) {
  std::erase_if(listeners, [&](const auto& listener) {
    if (listener->receiver()->name() != receiver) return false;
    listener->close();
    return true;
  });
}

void SmtpServer::State::close_all_listeners() {
  stopping = true;
  for (const auto& listener : listeners) listener->close();
  listeners.clear();
}

SmtpServer::SmtpServer(
    ServerOptions options,
    const receiver::Registry& registry,
    const receiver::Directory& directory,
    tls::Authority& authority
) {
  raise_file_limit();
  state_ = std::make_unique<State>(options, registry, directory, authority);
}

SmtpServer::~SmtpServer() {
  state_->on_thread([this] {
    state_->close_all_listeners();
    state_->shard.stop();
  });
  state_->thread.join();
}

base::Result<std::vector<Bound>> SmtpServer::listen(
    std::shared_ptr<receiver::Receiver> receiver, const std::vector<Wished>& wished
) {
  std::vector<Address> addresses;
  for (const auto& one : wished) {
    const auto endpoint = parse_address(one.address);
    if (!endpoint) return tl::unexpected(endpoint.error());
    addresses.push_back({.endpoint = *endpoint, .service = one.service});
  }
  return state_->on_thread([&] { return state_->listen(receiver, addresses); });
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

void SmtpServer::close(std::string_view receiver) {
  state_->on_thread([&] {
    state_->close_listeners(receiver);
    state_->shard.release(receiver);
  });
}

void SmtpServer::abort(std::string_view receiver) {
  state_->on_thread([&] { state_->shard.abort(receiver); });
}

void SmtpServer::drain() {
  std::promise<void> gone;
  state_->on_thread([&] {
    state_->close_all_listeners();
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
