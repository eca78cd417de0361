// The failmx process behind a TcpWorld.
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "transcripts/tcp_world.hpp"

namespace transcripts {

int connect_to(int port, const std::string& from);

namespace {

constexpr int kReadyWithin = 30'000;  // ms

int port_of(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  const auto colon = line.find(':', at);
  if (at == std::string::npos || colon == std::string::npos) {
    throw std::runtime_error("no " + name + " in the ready line: " + line);
  }
  return std::atoi(line.c_str() + colon + 1);
}

}  // namespace

Program::Program(const std::string& binary, const std::string& scenario_file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) {
    // It must not outlive a runner that is killed.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(ends[1], STDOUT_FILENO);
    execl(
        binary.c_str(),
        binary.c_str(),
        "serve",
        "--scenario",
        scenario_file.c_str(),
        "--smtp",
        "127.0.0.1:0",
        "--smtps",
        "127.0.0.1:0",
        "--lmtp",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        static_cast<char*>(nullptr)
    );
    _exit(127);
  }
  close(ends[1]);
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  const std::string line = read_ready_line(ends[0]);
  close(ends[0]);
  smtp_port_ = port_of(line, "smtp");
  http_port_ = port_of(line, "http");
}

Program::~Program() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::string Program::read_ready_line(int descriptor) {
  std::string line;
  char c = 0;
  for (;;) {
    pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, kReadyWithin) <= 0) throw std::runtime_error("no ready line came");
    if (read(descriptor, &c, 1) != 1)
      throw std::runtime_error("the program ended at once: " + line);
    if (c == '\n') return line;
    line += c;
  }
}

std::string Program::get(const std::string& target) const {
  const int made = connect_to(http_port_, "");
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  send(made, request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  char octets[16 * 1024];
  for (ssize_t n = 0; (n = recv(made, octets, sizeof octets, 0)) > 0;) {
    answer.append(octets, static_cast<std::size_t>(n));
  }
  close(made);
  const auto body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.compare(8, 5, " 200 ") != 0) {
    throw std::runtime_error("GET " + target + ": " + answer.substr(0, 300));
  }
  return answer.substr(body + 4);
}

int Program::port_with(const std::string& member) const {
  const auto receiver = get("/v1/receivers/default");
  const auto at = receiver.rfind("\"address\":", receiver.find(member));
  if (at == std::string::npos) throw std::runtime_error("no port with " + member + ": " + receiver);
  const auto colon = receiver.find(':', receiver.find("127.0.0.1", at));
  return std::atoi(receiver.c_str() + colon + 1);
}

std::string Program::stop() {
  kill(process_, SIGTERM);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  return WIFEXITED(status) ? "the program ended with " + std::to_string(WEXITSTATUS(status))
                           : "the program was killed by signal " + std::to_string(WTERMSIG(status));
}

}  // namespace transcripts
