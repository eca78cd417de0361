// One HTTP request over Beast: see the header.
#include "app/http_client.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::uint64_t kMostOctets = 256UL * 1024 * 1024;  // of an answer

struct Place {
  std::string authority;  // for the Host header
  std::string host;
  std::string port = "80";
};

base::Result<Place> parse_url(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    return base::failure(
        fmt::format("'{}': the control API speaks no TLS", base::printable(url, 200)),
        "write it as http://127.0.0.1:8025"
    );
  }
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  Place place;
  place.authority = std::string(rest);
  const auto colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && !rest.ends_with(']');
  std::string_view host = rest.substr(0, has_port ? colon : rest.size());
  if (has_port) place.port = std::string(rest.substr(colon + 1));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  place.host = std::string(host);
  // The host goes into a header: no more than a name or an address can hold.
  const bool odd = std::any_of(rest.begin(), rest.end(), [](char c) {
    const bool letter = base::ascii_lower(c) >= 'a' && base::ascii_lower(c) <= 'z';
    return !letter && (c < '0' || c > '9') &&
           std::string_view("-._:[]%").find(c) == std::string_view::npos;
  });
  unsigned port = 0;
  const auto* const end = place.port.data() + place.port.size();
  const auto read = std::from_chars(place.port.data(), end, port);
  const bool no_port = read.ec != std::errc{} || read.ptr != end || port == 0 || port > 65535;
  if (odd || no_port || place.host.empty() || place.port.empty()) {
    return base::failure(
        fmt::format("'{}' is no URL of a control API", base::printable(url, 200)),
        "write it as http://127.0.0.1:8025"
    );
  }
  return place;
}

http::request<http::string_body> to_message(const HttpRequest& wish, const Place& place) {
  const auto verb = wish.body.empty() ? http::verb::get : http::verb::post;
  http::request<http::string_body> message{verb, wish.path, 11};
  message.set(http::field::host, place.authority);
  if (!wish.accept.empty()) message.set(http::field::accept, wish.accept);
  if (!wish.token.empty()) message.set(http::field::authorization, "Bearer " + wish.token);
  if (!wish.body.empty()) {
    message.set(http::field::content_type, "application/json");
    message.body() = wish.body;
    message.prepare_payload();
  }
  return message;
}

// The chain of one request; each step starts the next, and the first error ends it.
struct Exchange {
  asio::io_context io{1};
  tcp::resolver resolver{io};
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer{};
  http::request<http::string_body> request{};
  http::response_parser<http::string_body> response{};
  boost::system::error_code error = asio::error::timed_out;

  void start(const Place& place) {
    response.body_limit(kMostOctets);
    resolver.async_resolve(place.host, place.port, [this](auto e, const auto& found) {
      if (failed(e)) return;
      stream.async_connect(found, [this](auto e2, const auto&) {
        if (!failed(e2)) send();
      });
    });
  }

  void send() {
    http::async_write(stream, request, [this](auto e, std::size_t) {
      if (failed(e)) return;
      http::async_read(stream, buffer, response, [this](auto e2, std::size_t) { error = e2; });
    });
  }

  bool failed(const boost::system::error_code& e) {
    if (e) error = e;
    return static_cast<bool>(e);
  }
};

}  // namespace

base::Result<void> check_url(std::string_view url) {
  const auto place = parse_url(url);
  if (!place) return tl::unexpected(place.error());
  return {};
}

base::Result<HttpAnswer> ask(const HttpRequest& request) {
  const auto place = parse_url(request.url);
  if (!place) return tl::unexpected(place.error());
  auto exchange = std::make_unique<Exchange>();
  exchange->request = to_message(request, *place);
  exchange->start(*place);
  exchange->io.run_for(request.within);
  if (exchange->error) {
    const auto error = exchange->error;
    // Its end waits for a name server that may be silent: not us.
    std::thread([left = std::move(exchange)] {}).detach();
    const auto asked = request.asked.count() > 0 ? request.asked : request.within;
    const auto within = fmt::format("none within {}", base::format_duration(asked));
    const bool late = error == asio::error::timed_out;
    if (error == http::error::bad_version) {
      return base::failure(
          fmt::format("what answers at {} does not speak HTTP", request.url),
          "is that the SMTP port? the control API is at the --http address of 'failmx serve'"
      );
    }
    return base::failure(
        fmt::format("no answer from {}: {}", request.url, late ? within : error.message()),
        "is 'failmx serve' running, and is this its --http address?"
    );
  }
  auto& message = exchange->response.get();
  return HttpAnswer{message.result_int(), std::move(message.body())};
}

}  // namespace app
