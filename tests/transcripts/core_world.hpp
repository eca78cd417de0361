// The core without sockets: a receiver and its conversations in virtual time. Does what the driver
// in net/ does: hands over octets, reports what was written, wakes, obeys endings. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "transcripts/world.hpp"

#include "journal/journal.hpp"
#include "receiver/conversation.hpp"
#include "receiver/receiver.hpp"

namespace transcripts {

// How what the client sends arrives: as sent, octet by octet, or in pieces of random length.
struct Chunks {
  enum class Kind : unsigned char { whole, octets, random } kind = Kind::whole;
  std::uint64_t seed = 0;
};

class CoreWorld : public World {
 public:
  // `service`: of the listener that clients connect to.
  CoreWorld(scenario::ScenarioPtr scenario, Chunks chunks, receiver::Service service = {});

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

  bool more_records() override { return false; }

  void use(const std::string& scenario, const std::string& file) override;
  void drain() override;

  std::string finish() override { return leave_all(receiver::Left::orderly); }

  // Every connection is left and time runs until nothing is planned any more. A complaint if a
  // conversation hangs, or the journal does not end each connection exactly once, last of all.
  std::string leave_all(receiver::Left how);

 private:
  struct Line {
    std::unique_ptr<receiver::Conversation> talk{};
    std::string unsent{};  // by the client, not read yet
    Inbox inbox{};
    bool fin = false;                           // stands behind what is unsent
    bool over = false;                          // ended() was called
    base::TimePoint wake = base::kNever;        // as the conversation wishes
    base::TimePoint last_words = base::kNever;  // it has timed out: gone for good at this instant
  };

  void pump(Line& line);
  bool feed(Line& line, std::size_t room);
  void check_idle(Line& line);
  void end(Line& line, End how);
  [[nodiscard]] base::TimePoint next_wake() const;
  bool run_until(base::TimePoint until, Line* watched);
  [[nodiscard]] std::size_t piece(std::size_t left);
  [[nodiscard]] std::string endings() const;

  Chunks chunks_;
  receiver::Service service_;
  std::uint64_t pieces_ = 0;
  base::TimePoint now_;
  journal::Journal journal_;
  std::shared_ptr<receiver::Receiver> receiver_;
  std::map<int, Line> lines_;
};

// A scenario from TOML. Throws std::invalid_argument with the diagnostics.
[[nodiscard]] scenario::ScenarioPtr scenario_of(const std::string& toml, const std::string& file);

}  // namespace transcripts
