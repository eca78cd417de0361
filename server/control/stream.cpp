// An answer without an end, over Beast: its head, then whatever its feed has, in chunks (RFC 9112
// 7.1) or, for HTTP/1.0, until the connection closes. It is the last answer on its connection.
#include <chrono>
#include <string_view>
#include <tuple>
#include <utility>

#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "control/pulse.hpp"
#include "control/server_state.hpp"

namespace control {

namespace http = beast::http;

namespace {

// So much is to be taken within the patience of the server.
constexpr std::size_t kPortion = 64 * 1024;

http::response<http::empty_body> head_of(const Feed& feed, unsigned version, bool chunked) {
  http::response<http::empty_body> head{http::status::ok, version};
  head.set(http::field::server, "failmx");
  head.set(http::field::content_type, feed.content_type);
  head.set(http::field::cache_control, "no-store");
  head.keep_alive(false);
  head.chunked(chunked);
  return head;
}

}  // namespace

// Always false: the connection is to be closed.
asio::awaitable<bool> Server::State::stream(
    Session& session, Feed feed, Verb verb, unsigned version
) {
  constexpr unsigned kHttp11 = 11;
  const bool chunked = version >= kHttp11;
  const auto head = head_of(feed, version, chunked);
  http::response_serializer<http::empty_body> serializer(head);
  session.stream.expires_after(options.patience);
  const auto [error, octets] =
      co_await http::async_write_header(session.stream, serializer, kTuple);
  bool whole = !error;
  if (whole && verb != Verb::head) whole = co_await follow(session, std::move(feed), chunked);
  session.said_last = whole;
  co_return false;
}

// False when the client left or did not read; true when the server stops and all was said.
asio::awaitable<bool> Server::State::follow(Session& session, Feed feed, bool chunked) {
  Pulse pulse(std::move(feed), std::chrono::steady_clock::now());
  for (;;) {
    // Counted before the journal is read: see journal_grew(). Not while something is written: the
    // journal is looked at afterwards in any case.
    waiting.fetch_add(1);
    std::string text;
    {
      const Finally left([this] { waiting.fetch_sub(1); });
      const auto began = std::chrono::steady_clock::now();
      text = pulse.next(began);
      if (text.empty()) {
        if (stopping) break;
        const auto looked = std::chrono::steady_clock::now();
        const Looks looks{.earliest = looked + spacing(looked - began), .until = pulse.due()};
        if (!co_await wait_for_news(session, looks)) co_return false;
        continue;
      }
    }
    if (!co_await send(session, text, chunked)) co_return false;
  }
  if (!chunked) co_return true;
  session.stream.expires_after(options.patience);
  const auto [error, octets] =
      co_await asio::async_write(session.stream, http::make_chunk_last(), kTuple);
  co_return !error;
}

asio::awaitable<bool> Server::State::send(Session& session, std::string_view text, bool chunked) {
  while (!text.empty()) {
    const auto portion = asio::buffer(text.substr(0, kPortion));
    session.stream.expires_after(options.patience);
    error_code error;
    if (chunked) {
      const auto chunk = http::make_chunk(portion);
      std::tie(error, std::ignore) = co_await asio::async_write(session.stream, chunk, kTuple);
    } else {
      std::tie(error, std::ignore) = co_await asio::async_write(session.stream, portion, kTuple);
    }
    if (error) co_return false;
    text.remove_prefix(std::min(text.size(), kPortion));
  }
  session.stream.expires_never();
  co_return true;
}

}  // namespace control
