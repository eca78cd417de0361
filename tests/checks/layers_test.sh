#!/usr/bin/env bash
# Runs scripts/check-layers on a small good tree and on one bad line after another: the good tree
# must pass and each bad line must be reported at its place.
set -euo pipefail
check=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check-layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/server/{base,wire,smtp,document,net}
cat >"$tree/CMakeLists.txt" <<'END'
failmx_library(base LIBRARIES fmt::fmt)
failmx_library(wire DEPENDS base)
failmx_library(smtp DEPENDS base LIBRARIES wire_is_no_edge)
failmx_library(document DEPENDS base)
failmx_library(net DEPENDS wire
                   smtp LIBRARIES asio)
END

failed=0

# expect_clean FILE LINE: LINE in server/FILE is allowed.
expect_clean() {
  printf '%s\n' "$2" >"$tree/server/$1"
  if ! out=$("$check" "$tree" 2>&1); then
    printf 'reported although allowed: %s in %s\n%s\n' "$2" "$1" "$out"
    failed=1
  fi
  rm "$tree/server/$1"
}

# expect_offence FILE LINE: LINE in server/FILE is reported with the file and its line number.
expect_offence() {
  printf '\n%s\n' "$2" >"$tree/server/$1"
  if out=$("$check" "$tree" 2>/dev/null) || [[ $out != "server/$1:2: "* ]]; then
    printf 'not reported: %s in %s\n%s\n' "$2" "$1" "$out"
    failed=1
  fi
  rm "$tree/server/$1"
}

expect_clean wire/a.hpp '#include "base/time.hpp"'
expect_clean net/a.hpp '#include "base/time.hpp"'
expect_clean net/a.cpp '#include <boost/asio.hpp>'
expect_clean document/a.cpp '#include <toml++/toml.h>'
expect_clean base/clock.hpp 'auto now() { return std::chrono::steady_clock::now(); }'
expect_clean base/a.hpp '// std::chrono::steady_clock::now() is read elsewhere'
expect_clean base/a.hpp '/* #include "wire/plan.hpp" */'

expect_offence base/a.hpp '#include "wire/plan.hpp"'
expect_offence smtp/a.cpp '#include "wire/plan.hpp"'
expect_offence wire/a.cpp '#  include "net/listener.hpp"'
expect_offence wire/a.cpp '#include <boost/asio/buffer.hpp>'
expect_offence wire/a.cpp '#include <boost/beast/http.hpp>'
expect_offence wire/a.cpp '#include <toml++/toml.h>'
expect_offence wire/a.cpp 'auto t = std::chrono::steady_clock::now();'
expect_offence base/time.hpp 'auto t = std::chrono::system_clock::now();'
expect_offence wire/a.cpp 'std::thread worker;'
expect_offence wire/a.cpp '#include <random>'
expect_offence net/a.cpp 'std::random_device seed;'

mkdir "$tree/server/attic"
touch "$tree/server/attic/a.cpp"
if "$check" "$tree" >/dev/null 2>&1; then
  echo 'a folder without failmx_library() was not reported'
  failed=1
fi
exit "$failed"
