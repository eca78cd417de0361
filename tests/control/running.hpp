// A control server on a free port of this machine, and clients that say exactly what they are told.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "control/server.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Running {
  // The server goes by the clock of the machine.
  World world{.now = std::chrono::steady_clock::now()};
  Server server;

  explicit Running(ServerOptions options = {})
      : server((options.address = "127.0.0.1:0", std::move(options)), world.api) {
    world.journal.set_waker([this] { server.journal_grew(); });
    REQUIRE(world.put("default", R"({"scenario":"healthy"})").status == 200);
    const auto address = server.start();
    REQUIRE(address);
    port = static_cast<std::uint16_t>(std::stoi(address->substr(address->rfind(':') + 1)));
  }

  std::uint16_t port = 0;
};

// A connection that says what it is told and reads to its end.
struct Client {
  asio::io_context io;
  tcp::socket socket{io};

  explicit Client(const Running& running) {
    socket.connect({asio::ip::make_address("127.0.0.1"), running.port});
  }

  void say(std::string_view text) {
    boost::system::error_code ignored;  // the server may have closed already
    asio::write(socket, asio::buffer(text.data(), text.size()), ignored);
  }

  std::string read_all() {
    std::string text;
    boost::system::error_code ended;
    asio::read(socket, asio::dynamic_buffer(text), ended);
    return text;
  }

  std::string read_head() {
    std::string text;
    asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n");
    return text;
  }
};

// A POST /v1/verify after which the connection is closed.
inline std::string question(std::string_view body) {
  return "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string converse(const Running& running, std::string_view request) {
  Client client(running);
  client.say(request);
  return client.read_all();
}

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace control
