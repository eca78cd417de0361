"""What guards the control port, taken away one by one. Only tests with the label security count."""

FOLDER = "server/control"
TESTS = "control_test"
ARGUMENTS = ["-a", "[label:security]"]
# Headers have no object of their own: the test that includes them is compiled with the mutant.
INCLUDED_BY = {"secret.hpp": "tests/control/secret_test.cpp"}

# file below FOLDER: (what is broken, text, replacement)...
MUTANTS = {
    "secret.hpp": [
        ("stops at the first wrong character", "  for (; first != last; ++first, ++i) {", "  for (; first != last && difference == 0; ++first, ++i) {"),
        ("a longer guess is right", "return i == secret.size() && difference == 0;", "return i >= secret.size() && difference == 0;"),
        ("a shorter guess is right", "return i == secret.size() && difference == 0;", "return difference == 0;"),
        ("an empty secret is guessed", "if (secret.empty()) return false;", "if (secret.empty()) return true;"),
    ],
    "admission.cpp": [
        ("any token", "return same_secret(guess.begin(), guess.end(), token);", "return true;"),
        ("no token", "if (needs_token && !admission.token.empty() &&", "if (false && !admission.token.empty() &&"),
        ("a token for probes", "if (needs_token && !admission.token.empty() &&", "if (!admission.token.empty() &&"),
        ("any scheme", "if (!base::same_text(given->substr(0, kScheme.size()), kScheme)) return false;", ""),
        ("any host", "if (!host || !allows_host(admission, *host)) {", "if (!host) {"),
        ("no host", "if (!host || !allows_host(admission, *host)) {", "if (host && !allows_host(admission, *host)) {"),
        ("another site", "if (is_cross_site(request, *host)) {", "if (false) {"),
        ("two hosts", "if (hosts > 1) return two_hosts();", ""),
        ("an empty name is a host", "return !known.empty() && base::same_text(name, known);", "return base::same_text(name, known);"),
        ("a port may be anything", "if (!is_port(host.substr(bracketed ? end + 1 : end))) return {};", ""),
    ],
    "message.cpp": [
        ("headers of several lines", "if (is_one_line(field.value)) out.set", "out.set"),
        ("leave for other origins", "out.set(http::field::cache_control, \"no-store\");", "out.set(http::field::cache_control, \"no-store\");\n  out.set(\"Access-Control-Allow-Origin\", \"*\");"),
        ("answers may be kept", "  out.set(http::field::cache_control, \"no-store\");\n", ""),
    ],
    "session.cpp": [
        ("no end of patience", "session.stream.expires_after(session.spare ? kSparePatience : options.patience);", "session.stream.expires_never();"),
        ("headers without limit", "parser.header_limit(static_cast<std::uint32_t>(options.max_header));", "parser.header_limit(0xffffffff);"),
        ("bodies without limit", "parser.body_limit(options.max_body);", "parser.body_limit(boost::none);"),
        ("nobody is turned away", "if (auto error = turn_away(options.admission, request, needs_token)) {", "if (auto error = turn_away(options.admission, request, needs_token); false) {"),
        ("unknown paths need no token", "const bool needs_token = !found ||", "const bool needs_token = found &&"),
        ("a spare connection answers all", "if (session.spare && needs_token) ", "if (false) "),
    ],
    "server.cpp": [
        ("connections without limit", "if (sessions.size() < options.max_connections + options.spare_connections) {", "if (true) {"),
    ],
    "routes.cpp": [
        ("no preflight is answered", "return Outcome{{.status = 204,", "return Outcome{{.status = 200,"),
    ],
    "answer.cpp": [
        ("any type of body", "  return refuse(\n      Fault::unsupported_media,", "  if (true) return doc.media.front();\n  return refuse(\n      Fault::unsupported_media,"),
        ("a body where none is taken", "if (body.empty() || body == \"{}\") return std::nullopt;", "return std::nullopt;"),
        ("what cannot be read is passed on", "if (!body) return {to_response(malformed(findings))};", ""),
    ],
}
