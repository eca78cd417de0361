#!/usr/bin/env bash
# The program under the thread sanitizer, as many clients meet it at once: two hundred receivers
# used and deleted in parallel, and streams of events beside SMTP.
#
# usage: tests/checks/threads_test.sh      builds build-tsan/failmx first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/build --type tsan --target failmx
export FAILMX=$PWD/build-tsan/failmx
# A race ends the program with a status that is not 0, and the tests look at it.
export TSAN_OPTIONS='halt_on_error=1 exitcode=66'
for test in isolation sse control; do
  /usr/bin/python3 "tests/e2e/${test}_test.py"
done
