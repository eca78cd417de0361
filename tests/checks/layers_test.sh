#!/usr/bin/env bash
# Runs scripts/check-layers on a small tree, once with lines that are allowed, once with lines that
# are not: the first must pass, the second must be reported line by line and nothing else with it.
set -euo pipefail
check=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check-layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cat >"$tree/CMakeLists.txt" <<'END'
failmx_library(base LIBRARIES fmt::fmt)
failmx_library(wire DEPENDS base)
failmx_library(smtp DEPENDS base LIBRARIES wire_is_no_edge)
failmx_library(document DEPENDS base)
failmx_library(tls DEPENDS base)
failmx_library(net DEPENDS wire
                   smtp LIBRARIES asio)
END

# plant: a new server/ from standard input, "FILE LINE" a row.
plant() {
  rm -rf "$tree/server"
  local file line
  while read -r file line; do
    mkdir -p "$tree/server/$(dirname "$file")"
    printf '%s\n' "$line" >>"$tree/server/$file"
  done
}

plant <<'END'
wire/a.hpp #include "base/time.hpp"
net/a.hpp #include "base/time.hpp"
net/a.cpp #include <boost/asio.hpp>
document/a.cpp #include <toml++/toml.h>
tls/a.cpp #include <openssl/ssl.h>
tls/certificate.cpp auto* key = EVP_EC_gen("P-256");
base/clock.hpp auto now() { return std::chrono::steady_clock::now(); }
base/a.hpp // std::chrono::steady_clock::now() is read elsewhere
base/a.hpp /* #include "wire/plan.hpp" */
END
if ! "$check" "$tree"; then
  echo 'the lines above are allowed'
  exit 1
fi

plant <<'END'
attic/a.cpp int x;
base/a.hpp #include "wire/plan.hpp"
base/time.hpp auto t = std::chrono::system_clock::now();
net/a.cpp std::random_device seed;
smtp/a.cpp #include "wire/plan.hpp"
tls/a.cpp X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
tls/a.cpp RAND_bytes(serial, 8);
wire/a.cpp #  include "net/listener.hpp"
wire/a.cpp #include <boost/asio/buffer.hpp>
wire/a.cpp #include <boost/beast/http.hpp>
wire/a.cpp #include <toml++/toml.h>
wire/a.cpp auto t = std::chrono::steady_clock::now();
wire/a.cpp std::thread worker;
wire/a.cpp #include <random>
wire/a.cpp #include <openssl/err.h>
END
expected='server/attic/a.cpp:1: folder attic has no failmx_library() in CMakeLists.txt
server/base/a.hpp:1: base may not include "wire/plan.hpp"
server/base/time.hpp:1: a clock has no place in base
server/net/a.cpp:1: a random source has no place in net
server/smtp/a.cpp:1: smtp may not include "wire/plan.hpp"
server/tls/a.cpp:1: a clock has no place in tls
server/tls/a.cpp:2: a random source has no place in tls
server/wire/a.cpp:1: wire may not include "net/listener.hpp"
server/wire/a.cpp:2: Asio has no place in wire
server/wire/a.cpp:3: Asio has no place in wire
server/wire/a.cpp:4: toml++ has no place in wire
server/wire/a.cpp:5: a clock has no place in wire
server/wire/a.cpp:6: a thread has no place in wire
server/wire/a.cpp:7: a random source has no place in wire
server/wire/a.cpp:8: OpenSSL has no place in wire'
if reported=$("$check" "$tree" 2>/dev/null); then
  echo 'exit status 0 for a tree with offences'
  exit 1
fi
diff <(echo "$expected") <(echo "$reported")
