#!/bin/sh
# Any CI: the sender against several scenarios, one after the other, with a JUnit file for each.
#
#   scripts/examples/ci/scenarios.sh 'full-twice lost-final-reply' ./send-mail ARGS...
#
# `failmx test` starts a receiver on free ports, runs the command with SMTP_HOST and SMTP_PORT set,
# waits for the verdict and prints it. failmx-SCENARIO.xml goes to the current folder. Exit status: 0
# if every scenario passed, else that of the last one that did not (failmx help exit).
set -eu

scenarios=${1:?usage: scenarios.sh 'SCENARIO ...' COMMAND...}
shift
worst=0
for scenario in $scenarios; do
  status=0
  failmx test "$scenario" --junit "failmx-$scenario.xml" -- "$@" || status=$?
  if [ "$status" -ne 0 ]; then worst=$status; fi
done
exit "$worst"
