// BDAT (RFC 3030) as a part of the session. A command is asked about when its octets are in: they
// are taken or thrown away whatever the answer will be, and are never read as commands.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "smtp/healthy.hpp"
#include "smtp/session.hpp"
#include "smtp/verbs.hpp"

namespace smtp {

// Whether octets follow the line that are a chunk; if so they are awaited. Behind a BDAT that is
// ill-formed or not served, commands follow.
bool Session::expect_chunk(const Line& line) {
  const bool served = profile_.chunking || offers(offered_, "CHUNKING");
  if (!served || line.too_long || progress_ == Progress::refused) return false;
  const auto command = parse_command(line.text);
  if (!command) return false;
  const bool kept =
      offers(offered_, "CHUNKING") && !fault_of(row_of(Verb::bdat), *command).has_value();
  arriving_ = std::make_unique<Arriving>(Arriving{
      .line = std::string(line.text),
      .offset = line.offset,
      .length = line.length,
      .bare_lf = line.bare_lf,
      .missing = parse_chunk(command->argument)->octets,
      .kept = kept});
  if (kept && chunks_ == Chunks::none) {
    data_offset_ = input_.offset();
    scanner_.begin_counted();
    intake_.begin(capture_, profile_.size.value_or(0));
  }
  mode_ = Mode::chunk;
  auto bytes = input_.rest();
  const auto before = bytes.size();
  feed_chunk(bytes);
  input_.take(before - bytes.size());
  return true;
}

// Takes octets of the chunk off the front of `bytes`.
void Session::feed_chunk(std::string_view& bytes) {
  auto& missing = arriving_->missing;
  auto part = bytes.substr(0, std::min<std::uint64_t>(missing, bytes.size()));
  bytes.remove_prefix(part.size());
  missing -= part.size();
  if (missing == 0) mode_ = Mode::chunk_ended;
  if (!arriving_->kept) return;
  intake_.add(part);
  while (!part.empty()) static_cast<void>(scanner_.scan(part));
}

Question Session::ask_chunk() {
  mode_ = Mode::commands;
  const auto arrived = std::move(arriving_);
  return ask(
      {.text = arrived->line,
       .offset = arrived->offset,
       .length = arrived->length,
       .bare_lf = arrived->bare_lf}
  );
}

std::optional<SyntaxError> Session::chunk_fault(Verb verb) const {
  const auto sequence = [](std::string_view text) {
    return SyntaxError{.code = 503, .enhanced = "5.5.1", .text = std::string(text)};
  };
  if (verb == Verb::bdat && chunks_ == Chunks::failed) {
    return sequence("An earlier chunk has failed, send RSET");
  }
  if (verb == Verb::data && chunks_ != Chunks::none) return sequence("DATA cannot follow BDAT");
  if (verb == Verb::data && binary_body_) return sequence("BODY=BINARYMIME needs BDAT");
  if (verb == Verb::rcpt && chunks_ != Chunks::none) return sequence("The message has begun");
  return std::nullopt;
}

void Session::admit_chunk(Question& question) {
  effect_ = Effect::chunk;
  chunk_ = *parse_chunk(question.command.argument);
  // Rules decide on the first one, as on DATA.
  question.reaches_rules = chunks_ == Chunks::none;
  question.normal = chunk_taken(profile_, chunk_);
}

// A chunk that is out of place ends its transaction if it is the last one.
void Session::refuse_chunk(const Command& command) {
  const auto chunk = parse_chunk(command.argument);
  if (chunks_ == Chunks::failed && chunk && chunk->last) effect_ = Effect::abandon;
  // What was thrown away is missing from the message for good. Behind a last one another message
  // may begin.
  const bool more_to_come = progress_ >= Progress::sender && chunk && !chunk->last;
  if (chunks_ == Chunks::open || more_to_come) chunks_ = Chunks::failed;
}

void Session::chunk_answered(bool accepted) {
  if (accepted) {
    chunks_ = Chunks::open;
    if (chunk_.last) {
      scanner_.finish();
      mode_ = Mode::data_ended;
    }
    return;
  }
  chunks_ = Chunks::failed;
  if (chunk_.last) reset_transaction();
}

}  // namespace smtp
