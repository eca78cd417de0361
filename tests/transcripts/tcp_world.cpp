#include "transcripts/tcp_world.hpp"

#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "transcripts/records.hpp"

namespace transcripts {

namespace {

// A reply that is due comes at once on an idle machine; a loaded one is given time.
constexpr std::chrono::seconds kPatience{30};

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in endpoint(const std::string& address, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) {
    throw std::invalid_argument("not an IPv4 address: " + address);
  }
  return to;
}

}  // namespace

int connect_to(int port, const std::string& from) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) fail("socket");
  const auto bind_to = endpoint(from.empty() ? "127.0.0.1" : from, 0);
  const auto to = endpoint("127.0.0.1", port);
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(made, reinterpret_cast<const sockaddr*>(&bind_to), sizeof bind_to) != 0) fail("bind");
  if (connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  return made;
}

TcpWorld::TcpWorld(const std::string& binary, const std::string& scenario_file, Wire wire)
    : program_(binary, scenario_file), wire_(wire) {}

TcpWorld::~TcpWorld() {
  for (auto& [id, line] : lines_) {
    if (line.socket >= 0) close(line.socket);
  }
}

void TcpWorld::open(int connection, const std::string& from) {
  Line& line = lines_[connection];
  line.anchor = line.latest_act = Clock::now();
  int port = program_.smtp_port();
  if (wire_ == Wire::lmtp) port = program_.port_with("\"protocol\":\"lmtp\"");
  if (wire_ == Wire::implicit_tls) port = program_.port_with("\"tls\":\"implicit\"");
  line.socket = connect_to(port, from);
  if (wire_ == Wire::implicit_tls) start_tls(line);
}

// Shakes hands; the server may end the connection meanwhile.
void TcpWorld::start_tls(Line& line) {
  line.asked_tls = false;
  line.tls = std::make_unique<tls::Client>(tls::Client::Options{});
  const auto deadline = Clock::now() + kPatience;
  line.tls->step();
  say(line, {});
  while (!line.tls->connected() && line.tls->error.empty() && line.inbox.end == End::none) {
    pollfd wanted{.fd = line.socket, .events = POLLIN, .revents = 0};
    if (Clock::now() >= deadline) throw std::runtime_error("the TLS handshake takes too long");
    if (poll(&wanted, 1, 1000) > 0) read_ready(line);
  }
  if (!line.tls->error.empty()) throw std::runtime_error("TLS: " + line.tls->error);
}

// What TLS has to say, and `octets` inside it.
void TcpWorld::say(Line& line, std::string_view octets) {
  std::string out;
  if (line.tls) {
    if (!octets.empty()) line.tls->say(octets);
    out = line.tls->output();
    octets = out;
  }
  while (line.socket >= 0 && !octets.empty()) {
    const auto n = ::send(line.socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    // The server may have ended the connection already: reading will tell.
    if (n <= 0) return;
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
}

void TcpWorld::send(int connection, std::string_view octets) {
  Line& line = lines_.at(connection);
  line.anchor = std::exchange(line.latest_act, Clock::now());
  const bool letters = !octets.empty() && std::isalpha(static_cast<unsigned char>(octets[0])) != 0;
  if (line.asked_tls && letters && line.reply.starts_with("220")) start_tls(line);
  say(line, octets);
  if (octets.ends_with("STARTTLS\r\n") && !line.tls) {
    line.asked_tls = true;
    line.reply.clear();
  }
}

void TcpWorld::leave(int connection) {
  Line& line = lines_.at(connection);
  line.anchor = std::exchange(line.latest_act, Clock::now());
  if (line.socket >= 0) shutdown(line.socket, SHUT_WR);
}

void TcpWorld::abort(int connection) {
  Line& line = lines_.at(connection);
  if (line.socket < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(line.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(line.socket);
  line.socket = -1;
  line.inbox.end = End::reset;
}

Inbox& TcpWorld::inbox(int connection) {
  Line& line = lines_.at(connection);
  wait_until(line, Clock::now());
  return line.inbox;
}

bool TcpWorld::await(int connection, base::Duration) {
  return wait_until(lines_.at(connection), Clock::now() + kPatience);
}

bool TcpWorld::quiet(int connection, base::Duration time) {
  Line& line = lines_.at(connection);
  line.anchor += std::chrono::duration_cast<Clock::duration>(time);
  // On a loaded machine what follows may be here already, rightly, when we come to look.
  if (Clock::now() >= line.anchor) return true;
  if (!line.inbox.octets.empty() || line.inbox.end != End::none) return false;
  return !wait_until(line, line.anchor) || Clock::now() >= line.anchor;
}

void TcpWorld::pass(base::Duration) {
  throw std::logic_error("time passes in virtual transcripts only: the line 'virtual' is missing");
}

// True when something came, or the connection ended.
bool TcpWorld::wait_until(Line& line, Clock::time_point deadline) {
  const auto before = line.inbox.octets.size();
  while (line.socket >= 0 && line.inbox.end == End::none) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wanted{.fd = line.socket, .events = POLLIN, .revents = 0};
    const int ready = poll(&wanted, 1, std::max(0, static_cast<int>(left.count())));
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready > 0) read_ready(line);
    if (line.inbox.octets.size() != before || line.inbox.end != End::none) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
  }
  return false;
}

void TcpWorld::read_ready(Line& line) {
  char octets[16 * 1024];
  const auto n = recv(line.socket, octets, sizeof octets, 0);
  if (n > 0) {
    heard(line, {octets, static_cast<std::size_t>(n)});
  } else if (n == 0) {
    line.inbox.end = End::closed;
  } else if (errno == ECONNRESET) {
    line.inbox.end = End::reset;
  } else if (errno != EINTR && errno != EAGAIN) {
    fail("recv");
  }
}

void TcpWorld::heard(Line& line, std::string_view octets) {
  if (!line.tls) {
    line.inbox.octets += octets;
    if (line.asked_tls) line.reply += octets;
    return;
  }
  line.tls->received(octets);
  line.tls->step();
  line.inbox.octets += std::exchange(line.tls->heard, {});
  say(line, {});
}

std::vector<Record> TcpWorld::events() {
  for (;;) {
    const auto page = records_of_page(program_.get("/v1/events?limit=1000&after=" + last_seq_));
    if (page.empty()) return events_;
    events_.insert(events_.end(), page.begin(), page.end());
    last_seq_ = events_.back().at("seq");
  }
}

std::vector<Record> TcpWorld::attempts() {
  return records_of_page(program_.get("/v1/attempts?limit=1000"));
}

std::vector<Record> TcpWorld::deliveries() {
  return records_of_page(program_.get("/v1/deliveries?limit=1000"));
}

bool TcpWorld::more_records() {
  while (waits_left_ > 0) {
    const std::string target = "/v1/events?limit=1&wait=1s&after=" + last_seq_;
    const bool news = !records_of_page(program_.get(target)).empty();
    if (news) return events(), true;
    --waits_left_;
  }
  return false;
}

void TcpWorld::use(const std::string&, const std::string&) {
  throw std::logic_error("'use' is for virtual transcripts: the line 'virtual' is missing");
}

void TcpWorld::drain() {
  throw std::logic_error("'drain' is for virtual transcripts: the line 'virtual' is missing");
}

std::string TcpWorld::finish() {
  for (auto& [id, line] : lines_) {
    if (line.socket < 0) continue;
    leave(id);
    while (line.inbox.end == End::none && wait_until(line, Clock::now() + kPatience)) {
    }
    if (!line.inbox.octets.empty()) {
      return "unexpected at the end, on connection " + std::to_string(id) + ": \"" +
             line.inbox.octets + "\"";
    }
    if (line.inbox.end == End::none) {
      return "connection " + std::to_string(id) + " was left and does not end";
    }
  }
  return program_.stop();
}

}  // namespace transcripts
