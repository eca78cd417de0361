#!/bin/sh
# Any CI: the sender against several scenarios, one after the other, with a JUnit file for each.
#
#   scripts/examples/ci/scenarios.sh 'full-twice lost-final-reply' ./send-mail ARGS...
#
# `failmx test` starts a receiver on free ports, runs the command with SMTP_HOST and SMTP_PORT set,
# waits for the verdict and prints it. failmx-SCENARIO.xml goes to the current folder. Exit status: 0
# if every scenario passed, else the gravest, in the order of `failmx test`: 2, 1, 4, 3.
set -eu

scenarios=${1:?usage: scenarios.sh 'SCENARIO ...' COMMAND...}
shift
seen=
for scenario in $scenarios; do
  status=0
  failmx test "$scenario" --junit "failmx-$scenario.xml" -- "$@" || status=$?
  case $status in
    [0-4]) seen="$seen $status" ;;
    *) exit "$status" ;; # there is no failmx, or it was interrupted: the others would not fare better
  esac
done
for status in 2 1 4 3; do
  case $seen in *"$status"*) exit "$status" ;; esac
done
