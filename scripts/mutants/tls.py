"""What makes the server's end of TLS what it is said to be, taken away one by one."""

FOLDER = "server/tls"
TESTS = "tls_test"
ARGUMENTS = ["-a"]

# file below FOLDER: (what is broken, text, replacement)...
MUTANTS = {
    "authority.cpp": [
        ("self-signed is signed by the authority", ".signer = Signer::itself}", ".signer = Signer::authority}"),
        ("expired is not", ".until = days(-1)}", ".until = days(1)}"),
        ("not-yet-valid is", ".from = days(3650)", ".from = days(-1)"),
        ("wrong-name has all names", ".host = kWrongName", ".host = {}"),
        ("weak is strong", ".only = Algorithm::rsa_1024", ".only = Algorithm::rsa_2048"),
        ("another certificate each time", "if (const auto found = leaves_.find(name); found != leaves_.end()) return found->second;", ""),
        ("contexts are made each time", "if (const auto found = contexts_.find(name); found != contexts_.end()) return found->second;", ""),
        ("contexts are kept without end", "if (contexts_.size() >= kKept) contexts_.clear();", ""),
        ("a context whatever the host name", "      host_name,\n      handshake.certificate,", "      std::string(),\n      handshake.certificate,"),
        ("the user's own for every kind", "const bool own = own_ && kind->name == kGood;", "const bool own = own_.has_value();"),
        ("the user's own is not tried", "if (auto usable = context(\"localhost\", {}); !usable)", "if (auto usable = context(\"localhost\", {}); false)"),
        ("no RSA for old clients", "if (!kind.only && is_lenient(handshake))", "if (false)"),
    ],
    "certificate.cpp": [
        ("any octets are a name", "if (!is_name(name)) continue;", ""),
        ("addresses are names", "if (const auto address = base::parse_ip(name)) {", "if (const auto address = base::parse_ip(name); false) {"),
        ("all serials are one", "(serial >> 1) | 1)", "1)"),
        ("a long common name", "common_name.size() > kCommonName ||", ""),
        ("the chain is cut", "identity.chain.push_back(owned(next));", "X509_free(next);"),
    ],
    "context.cpp": [
        ("renegotiation", "SSL_OP_NO_RENEGOTIATION", "SSL_OP_ALLOW_CLIENT_RENEGOTIATION"),
        ("old versions by default", "TlsVersion::tls1_0 : TlsVersion::tls1_2;", "TlsVersion::tls1_0 : TlsVersion::tls1_0;"),
        ("any cipher by default", "constexpr const char* kCiphers = \"ECDHE+AESGCM:ECDHE+CHACHA20\";", "constexpr const char* kCiphers = \"ALL\";"),
        ("the client's choice", " |\n          SSL_OP_CIPHER_SERVER_PREFERENCE", ""),
        ("strict with weak certificates", "|| handshake.certificate == \"weak\"", ""),
        ("no anonymous ciphers", "SSL_CTX_set_dh_auto(ssl, 1);", ""),
        ("sessions are resumed", "SSL_CTX_set_num_tickets(ssl, 0);", "SSL_CTX_clear_options(ssl, SSL_OP_NO_TICKET);"),
    ],
    "channel.cpp": [
        ("input without end", "return hears && input().size() < kUnread &&", "return hears &&"),
        ("output without end", " && output().size() < kUnsent;\n", ";\n"),
        ("writes without end", "std::min(plaintext.size(), kUnsent - output_.size())", "plaintext.size()"),
        ("always close_notify", "if (!context_->handshake.close_notify) return;", ""),
        ("never close_notify", "  SSL_shutdown(ssl_.get());\n", ""),
        ("writes after close", "if (!speaks || closed_ || ", "if (!speaks || "),
        ("an orderly end is none", "      close_notify_seen_ = true;\n", ""),
        ("left is no end", "if (state_ == State::open) state_ = State::closed_by_peer;", ""),
        ("left is no failure", "if (state_ != State::handshaking) return;\n  fail", "return;\n  fail"),
        ("errors stay", "  error_ = std::move(why);\n  ERR_clear_error();\n", "  error_ = std::move(why);\n"),
        ("errors of others", "void Channel::decrypt() {\n  std::array<char, kRecord> record;\n  while (state_ == State::open) {\n    ERR_clear_error();", "void Channel::decrypt() {\n  std::array<char, kRecord> record;\n  while (state_ == State::open) {"),
        ("what follows the handshake is lost", "if (state_ == State::open) decrypt();", "if (state_ == State::open && ciphertext_.empty()) decrypt();"),
        ("another name for a version", "name_of(version_of(SSL_version(ssl_.get())))", "SSL_get_version(ssl_.get())"),
    ],
    "failure.cpp": [
        ("any word is a verb", "std::ranges::count(kVerbs, base::to_lower(word)) > 0", "!word.empty()"),
        ("verbs in capitals only", "base::to_lower(word)) > 0", "word) > 0"),
        ("no versions", "if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_VERSION_TOO_LOW) {", "if (false) {"),
        ("no ciphers", "if (reason == SSL_R_NO_SHARED_CIPHER)", "if (false)"),
        ("every alert is about the certificate", "return alert >= SSL_AD_BAD_CERTIFICATE &&", "return alert >= 0 &&"),
    ],
    "hello.cpp": [
        ("no server name", "hello.sni = server_name(ssl);", ""),
        ("no protocol", "hello.alpn = first_protocol(ssl);", ""),
        ("texts without end", ".substr(0, kText)", ""),
        ("signals are ciphers", " - not_counted;", ";"),
    ],
}
