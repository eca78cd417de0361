#!/bin/sh
# failmx as a fixture of CTest, or of any test runner with a step before and one after. POSIX sh and jq.
#
#   failmx.sh start [FLAGS OF SERVE...]   starts `failmx serve` on free ports and returns when it answers
#   failmx.sh run COMMAND...              runs a command that finds it in SMTP_HOST, SMTP_PORT, FAILMX_HTTP
#   failmx.sh stop                        ends it
#
# FAILMX names the program (failmx, on the PATH). State is kept in the current folder: failmx.json
# with the ports, failmx.log with what it said.
set -eu

step=${1:?usage: failmx.sh start|run|stop ...}
shift

case $step in
  start)
    rm -f failmx.json
    # Its output must not be the test's: CTest would wait for the end of it.
    "${FAILMX:-failmx}" serve --smtp 127.0.0.1:0 --http 127.0.0.1:0 --ready-file failmx.json "$@" \
      >failmx.log 2>&1 </dev/null &
    until [ -e failmx.json ]; do
      kill -0 $! 2>/dev/null || { cat failmx.log >&2; exit 1; }
      sleep 0.1
    done
    ;;
  run)
    smtp=$(jq -r '.listeners[0].address' failmx.json)
    FAILMX_HTTP=http://$(jq -r .http failmx.json)
    SMTP_HOST=${smtp%:*}
    SMTP_PORT=${smtp##*:}
    export FAILMX_HTTP SMTP_HOST SMTP_PORT
    exec "$@"
    ;;
  stop)
    pid=$(jq .pid failmx.json)
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -f failmx.json
    ;;
  *)
    echo "failmx.sh: unknown step '$step'" >&2
    exit 2
    ;;
esac
