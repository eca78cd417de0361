// The program itself: a server of its own per transcript, spoken to over TCP, in clear or inside
// TLS, and asked over HTTP. Time is real here. Blocking POSIX sockets, one thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tls/client.hpp"
#include "transcripts/world.hpp"

namespace transcripts {

// A failmx process on free ports. Throws std::runtime_error when it does not become ready.
class Program {
 public:
  Program(const std::string& binary, const std::string& scenario_file);
  ~Program();  // kills it if it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] int smtp_port() const { return smtp_port_; }

  // Of the listener whose JSON has this: "\"tls\":\"implicit\"".
  [[nodiscard]] int port_with(const std::string& member) const;

  // The body of the answer to GET `target`. Throws unless it is 200.
  [[nodiscard]] std::string get(const std::string& target) const;

  // SIGTERM; a complaint if it does not end with status 0.
  std::string stop();

 private:
  std::string read_ready_line(int descriptor);

  pid_t process_ = 0;
  int smtp_port_ = 0;
  int http_port_ = 0;
};

// in_clear: TLS only where the transcript says STARTTLS; the handshake comes before whatever the
// client says next in letters.
enum class Wire : unsigned char { in_clear, implicit_tls, lmtp };

class TcpWorld : public World {
 public:
  TcpWorld(const std::string& binary, const std::string& scenario_file, Wire wire);
  ~TcpWorld() override;

  void open(int connection, const std::string& from) override;
  void send(int connection, std::string_view octets) override;
  void leave(int connection) override;
  void abort(int connection) override;
  Inbox& inbox(int connection) override;
  bool await(int connection, base::Duration patience) override;
  bool quiet(int connection, base::Duration time) override;
  void pass(base::Duration time) override;
  std::vector<Record> events() override;
  std::vector<Record> attempts() override;
  std::vector<Record> deliveries() override;
  bool more_records() override;
  void use(const std::string& scenario, const std::string& file) override;
  void drain() override;
  std::string finish() override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Line {
    int socket = -1;
    Inbox inbox{};
    std::unique_ptr<tls::Client> tls{};
    bool asked_tls = false;  // STARTTLS was sent, and not refused
    std::string reply{};     // what has come since
    // What the server does is later than this: the client's act before the latest (what it waits
    // for may have begun with the reply to that), or the instant that a transcript named after it.
    Clock::time_point anchor{};
    Clock::time_point latest_act{};
  };

  bool wait_until(Line& line, Clock::time_point deadline);
  void read_ready(Line& line);
  void heard(Line& line, std::string_view octets);
  void start_tls(Line& line);
  void say(Line& line, std::string_view octets);

  Program program_;
  const Wire wire_;
  std::map<int, Line> lines_;
  std::vector<Record> events_;
  std::string last_seq_ = "0";
  int waits_left_ = 10;  // for records, of a second each
};

}  // namespace transcripts
