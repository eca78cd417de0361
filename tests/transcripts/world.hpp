// Where a transcript is played: the core in virtual time, or the program over TCP. A world carries
// out what the client does and tells what the server did; it judges nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace transcripts {

// How the server ended a connection, as far as the client has seen.
enum class End : unsigned char { none, half_closed, closed, reset };

// What has come from the server on one connection and was not consumed by the script.
struct Inbox {
  std::string octets;
  End end = End::none;
};

// An event, attempt or delivery by the names of its JSON members; lists are joined by commas.
using Record = std::map<std::string, std::string>;

class World {
 public:
  virtual ~World() = default;

  virtual void open(int connection, const std::string& from) = 0;
  virtual void send(int connection, std::string_view octets) = 0;
  virtual void leave(int connection) = 0;  // FIN
  virtual void abort(int connection) = 0;  // RST

  // May change at every call below.
  virtual Inbox& inbox(int connection) = 0;

  // Lets the connection go on until something further comes on it, or it ends; false when nothing
  // does (virtual: within `patience`; real: within half a minute).
  virtual bool await(int connection, base::Duration patience) = 0;

  // Lets `time` pass, or as much of it as it takes until something comes on the connection. Returns
  // false in that case.
  virtual bool quiet(int connection, base::Duration time) = 0;

  // Lets `time` pass whatever happens. Virtual worlds only.
  virtual void pass(base::Duration time) = 0;

  virtual std::vector<Record> events() = 0;
  virtual std::vector<Record> attempts() = 0;
  virtual std::vector<Record> deliveries() = 0;

  // True if it is worth while to ask for records again (it has waited for some); false: that is
  // all.
  virtual bool more_records() = 0;

  virtual void use(const std::string& scenario, const std::string& file) = 0;
  virtual void drain() = 0;

  // Ends what is open. What has come unexpected by then is in the inboxes. Returns a complaint, or
  // an empty text.
  virtual std::string finish() = 0;
};

}  // namespace transcripts
