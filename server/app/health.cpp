// A health check as one HTTP request: see the header.
#include "app/health.hpp"

#include <chrono>
#include <string>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kWithin{5};
constexpr std::string_view kScheme = "http://";

struct Place {
  std::string authority;  // for the Host header
  std::string host;
  std::string port = "80";
};

base::Result<Place> parse_url(std::string_view url) {
  std::string_view rest = url;
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
  const bool odd = rest.find_first_of("/?#@ ") != std::string_view::npos;
  if (odd || place.host.empty() || place.port.empty()) {
    return base::failure(
        fmt::format("'{}' is no URL of a control API", url), "write it as http://127.0.0.1:8025"
    );
  }
  return place;
}

// The chain of one request; each step starts the next, and the first error ends it.
struct Exchange {
  asio::io_context io{1};
  tcp::resolver resolver{io};
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer{};
  http::request<http::empty_body> request{http::verb::get, "/livez", 11};
  http::response<http::string_body> response{};
  boost::system::error_code error = asio::error::timed_out;

  void start(const Place& place) {
    request.set(http::field::host, place.authority);
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

base::Result<void> check_health(std::string_view url) {
  const auto place = parse_url(url);
  if (!place) return tl::unexpected(place.error());
  Exchange exchange;
  exchange.start(*place);
  exchange.io.run_for(kWithin);
  if (exchange.error) {
    return base::failure(
        fmt::format("nothing alive at {}: {}", url, exchange.error.message()),
        "is 'failmx serve' running, and is this its --http address?"
    );
  }
  if (exchange.response.result() != http::status::ok) {
    return base::failure(
        fmt::format("{} answers {}", url, exchange.response.result_int()), "is this failmx?"
    );
  }
  return {};
}

}  // namespace app
