#!/bin/sh
# A worked example: is mail delivered that was deferred twice? Run it beside a failmx:
#
#   failmx serve &
#   scripts/examples/shell/deferral_test.sh      (FAILMX_HTTP may name another failmx)
#
# It makes a receiver of its own, so many of these run side by side; lets the sender under test,
# here curl in a loop, send one message to it; looks at what the sender saw and at what failmx saw;
# asks for the verdict; and removes the receiver. Exit status 0: everything was as expected. It
# needs curl and jq.
set -eu

http=${FAILMX_HTTP:-http://127.0.0.1:8025}
receiver=shell-example-$$

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# api METHOD PATH [BODY]: the answer of failmx.
api() {
  if [ $# -gt 2 ]; then set -- "$1" "$2" --json "$3"; fi
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --max-time 60 --request "$method" "$@" "$http$path"
}

# send: one attempt to hand over the message; the last reply code of the server.
send() {
  printf '%s\r\n' 'From: me@sender.test' 'To: you@receiver.test' 'Message-ID: <1@sender.test>' '' 'Hi.' \
    | curl --silent --max-time 60 --url "smtp://$address/sender.test" --write-out '%{response_code}' \
      --mail-from me@sender.test --mail-rcpt you@receiver.test --upload-file - || true
}

curl --silent --fail --max-time 10 --output /dev/null "$http/readyz" \
  || fail "no failmx is ready at $http: start 'failmx serve', or set FAILMX_HTTP"

# A receiver on a free port: every delivery is deferred twice; a second stands for a minute.
made=$(api PUT "/v1/receivers/$receiver" '{
  "scenario": {
    "time": {"scale": 60},
    "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
    "expect": [{"check": "retried", "within": "1h"}, {"check": "delivered-once", "within": "2h"}]
  },
  "listeners": [{"address": "127.0.0.1:0"}]
}') || fail "no receiver was made: $made"
trap 'api DELETE "/v1/receivers/$receiver" >/dev/null' EXIT
address=$(echo "$made" | jq -r '.listeners[0].address')

# The sender under test. Yours takes $address as its relay or smart host.
seen=
for attempt in 1 2 3 4 5; do
  code=$(send)
  seen="$seen $code"
  case $code in 2??) break ;; esac
  sleep "$attempt" # longer and longer
done

[ "$seen" = ' 452 452 250' ] || fail "the sender saw$seen"

outcomes=$(api GET "/v1/deliveries?receiver=$receiver" |
  jq -c '[.items[] | .state, (.attempts[] | .outcome)]')
[ "$outcomes" = '["accepted","deferred","deferred","accepted"]' ] || fail "failmx saw $outcomes"

report=$(api POST /v1/verify '{"receiver": "'"$receiver"'", "wait": "30s"}')
verdict=$(echo "$report" | jq -r .verdict)
[ "$verdict" = pass ] || fail "$(curl --silent --header 'Accept: text/plain' "$http/v1/report?receiver=$receiver")"
echo "PASSED: 452, 452, then delivered once"
