// transcript_runner MODE FILE [BINARY]: plays a transcript (script.hpp has the format).
//   whole  against the core, in virtual time
//   split  the same with the client's octets one by one, and at random splits
//   cut    the script cut at every step and within every packet, by FIN and by RST: nothing crashes
//          or hangs, and the journal ends every connection once
//   tcp    against BINARY over TCP
//   tls    the same inside TLS from the first octet, and against the core as if it were so
// Exit status: 0 as written, 1 not so (the transcript is shown with an arrow), 2 bad usage, 77 the
// transcript is about TLS itself and makes no sense inside it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include "transcripts/core_world.hpp"
#include "transcripts/runner.hpp"
#include "transcripts/tcp_world.hpp"

namespace transcripts {

namespace {

constexpr std::uint64_t kRandomSplits = 20;

// Fails the run with the transcript shown.
void expect(const Script& script, const std::optional<Failure>& failure, const std::string& how) {
  if (failure) throw std::runtime_error(how + "\n" + shown(script, *failure));
}

receiver::Service service_of(
    const Script& script, receiver::TlsMode tls = receiver::TlsMode::none
) {
  return {
      .protocol = script.lmtp ? smtp::Protocol::lmtp : smtp::Protocol::smtp,
      .tls = tls,
      .proxies = {}};
}

void whole(
    const Script& script,
    Chunks chunks,
    const std::string& how,
    receiver::TlsMode tls = receiver::TlsMode::none
) {
  CoreWorld world(
      scenario_of(script.scenario, script.scenario_file), chunks, service_of(script, tls)
  );
  expect(script, play(script, world, Clock::virtual_time, script.steps.size()), how);
}

void split(const Script& script) {
  if (script.together) return;
  whole(script, {.kind = Chunks::Kind::octets}, "octet by octet");
  for (std::uint64_t seed = 1; seed <= kRandomSplits; ++seed) {
    whole(script, {Chunks::Kind::random, seed}, "split at random, seed " + std::to_string(seed));
  }
}

// One cut: `part` octets of the packet at `step` (0: none of it) are still sent.
void cut(const Script& script, std::size_t step, std::size_t part, receiver::Left how) {
  CoreWorld world(scenario_of(script.scenario, script.scenario_file), {}, service_of(script));
  const std::string title = std::string("cut by ") +
                            (how == receiver::Left::reset ? "RST" : "FIN") + " after " +
                            std::to_string(part) + " octets";
  // One step short of the end leaves the end itself to the cut.
  const auto failure = play(script, world, Clock::virtual_time, step);
  expect(script, failure, title);
  if (part > 0) {
    int connection = 1;
    for (std::size_t i = 0; i < step; ++i) {
      if (script.steps[i].kind == Step::Kind::connection) connection = script.steps[i].number;
    }
    try {
      world.send(connection, script.steps[step].text.substr(0, part));
    } catch (const std::out_of_range&) {
      return;  // not opened yet: nothing to cut
    }
  }
  const std::string complaint = world.leave_all(how);
  if (!complaint.empty()) expect(script, Failure{step, complaint}, title);
}

void cut(const Script& script) {
  for (const auto how : {receiver::Left::orderly, receiver::Left::reset}) {
    for (std::size_t step = 1; step < script.steps.size(); ++step) {
      cut(script, step, 0, how);
      const auto& next = script.steps[step];
      if (next.kind != Step::Kind::send) continue;
      const std::size_t length = next.text.size();
      for (const std::size_t part : {length / 3, length / 2, length - 1}) {
        if (part > 0) cut(script, step, part, how);
      }
    }
  }
}

constexpr int kSkipped = 77;

// STARTTLS is not offered inside TLS, and replies before the handshake are in clear.
bool is_about_tls(const Script& script) {
  if (script.lmtp) return true;  // the program has no port for both
  const auto& text = script.scenario;
  for (const char* word : {"STARTTLS", "starttls", "tls ="}) {
    if (text.find(word) != std::string::npos) return true;
  }
  return std::any_of(script.steps.begin(), script.steps.end(), [](const Step& step) {
    return step.text.find("STARTTLS") != std::string::npos;
  });
}

void tcp(const Script& script, const std::string& binary, Wire wire) {
  // An inline scenario needs a file for the program to read.
  std::string folder = std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp");
  folder += "/failmx-transcript-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make " + folder);
  const std::string file = folder + "/scenario.toml";
  std::ofstream(file, std::ios::binary) << script.scenario;
  std::string problem;
  try {
    TcpWorld world(binary, file, wire);
    const auto* const how = wire == Wire::implicit_tls ? "inside TLS" : "over TCP";
    expect(script, play(script, world, Clock::real_time, script.steps.size()), how);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::remove(file.c_str());
  std::remove(folder.c_str());
  if (!problem.empty()) throw std::runtime_error(problem);
}

int run(const std::string& mode, const std::string& file, const std::string& binary) {
  const auto script = read_script(file);
  if (!script) throw std::runtime_error(script.error().message + "; " + script.error().hint);
  if (mode == "whole") {
    whole(*script, {}, "in virtual time");
  } else if (mode == "split") {
    split(*script);
  } else if (mode == "cut") {
    cut(*script);
  } else if (mode == "tcp") {
    tcp(*script, binary, script->lmtp ? Wire::lmtp : Wire::in_clear);
  } else {
    if (is_about_tls(*script)) return kSkipped;
    whole(*script, {}, "inside TLS, in virtual time", receiver::TlsMode::implicit);
    tcp(*script, binary, Wire::implicit_tls);
  }
  return 0;
}

}  // namespace

}  // namespace transcripts

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const bool real = mode == "tcp" || mode == "tls";
  const bool known = mode == "whole" || mode == "split" || mode == "cut" || real;
  if (!known || argc != (real ? 4 : 3)) {
    std::fputs("usage: transcript_runner whole|split|cut FILE | tcp|tls FILE BINARY\n", stderr);
    return 2;
  }
  try {
    return transcripts::run(mode, argv[2], argc > 3 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
