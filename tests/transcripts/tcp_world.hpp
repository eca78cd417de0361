// The program itself: a server of its own per transcript, spoken to over TCP and asked over HTTP.
// Time is real here. Blocking POSIX sockets, one thread.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

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

class TcpWorld : public World {
 public:
  TcpWorld(const std::string& binary, const std::string& scenario_file);
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
    // What the server does is later than this: the client's act before the latest (what it waits
    // for may have begun with the reply to that), or the instant that a transcript named after it.
    Clock::time_point anchor{};
    Clock::time_point latest_act{};
  };

  bool wait_until(Line& line, Clock::time_point deadline);
  void read_ready(Line& line);

  Program program_;
  std::map<int, Line> lines_;
  std::vector<Record> events_;
  std::string last_seq_ = "0";
  int waits_left_ = 10;  // for records, of a second each
};

}  // namespace transcripts
