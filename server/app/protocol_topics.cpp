#include "app/protocol_topics.hpp"

#include <vector>

#include <fmt/format.h>

#include "smtp/finding.hpp"
#include "wire/handshake.hpp"

namespace app {

namespace {

// Names one after the other, a few to a line.
std::string listed(const std::vector<std::string_view>& names) {
  constexpr std::size_t kWidth = 90;
  std::string out = " ";
  std::size_t used = 1;
  for (const auto name : names) {
    if (used + name.size() + 2 > kWidth) {
      out += "\n ";
      used = 1;
    }
    out.append(" ").append(name);
    used += name.size() + 1;
  }
  return out + "\n";
}

}  // namespace

std::string tls_topic() {
  std::string out =
      "STARTTLS (RFC 3207) is offered where the scenario lists it among its extensions or the\n"
      "listener says tls = \"starttls\"; a listener with tls = \"implicit\" (RFC 8314), as that "
      "of\n"
      "--smtps, begins with the handshake. Every start makes a certificate authority of its own.\n"
      "Clients that are to trust it get its certificate by --tls-ca FILE or from\n"
      "GET /v1/tls/authority; --tls-certificate and --tls-key put your own in place of 'good'.\n"
      "By default TLS 1.2 and 1.3 are spoken.\n\n"
      "What certificate a server shows: certificate = ... in [server] tls, or in the action tls\n"
      "of a rule at starttls:\n\n";
  for (const auto& row : wire::kCertificates) {
    out += fmt::format("  {:<14} {}\n", row.name, row.doc);
  }
  out += "\nVersions, for min_version and max_version:\n\n";
  out += listed({wire::kTlsVersions.begin(), wire::kTlsVersions.end()});
  out += "\nAlerts, for the action alert:\n\n";
  std::vector<std::string_view> alerts;
  for (const auto& row : wire::kAlerts) alerts.push_back(row.name);
  out += listed(alerts);
  out +=
      "\nOther failures are actions at starttls, after the healthy reply or before it:\n\n"
      "  do = [{ healthy = true }, { close = true }]                 closes after 220\n"
      "  do = [{ healthy = true }, { text = \"no\\r\\n\" }, { close = true }]\n"
      "                                                              speaks in clear at once\n"
      "  do = [{ healthy = true }, { await_input = true }, { text = \"no\\r\\n\" }, { close = true "
      "}]\n"
      "                                                              the same after the "
      "ClientHello\n"
      "  do = [{ healthy = true }, { stall = true }]                 says nothing\n"
      "  do = [{ healthy = true }, { await_input = true }, { reset = true }]\n"
      "                                                              RST within the handshake\n"
      "  do = [{ tls = { close_notify = false } }]                   ends without close_notify\n"
      "\nAt ehlo, withhold = \"STARTTLS\" takes the offer back. Where TLS comes first, the stage\n"
      "starttls is asked before the handshake; what a reply says there goes out in clear.\n";
  return out;
}

std::string findings_topic() {
  std::string out =
      "What a receiver notes about a client's use of the protocol, whether or not it was refused:\n"
      "events of kind 'finding', which the check 'protocol' judges.\n\n";
  for (const auto& row : smtp::finding_rows()) {
    out += fmt::format("  {:<26} {}\n", row.name, row.doc);
  }
  return out;
}

}  // namespace app
