# Shared by the scripts of this folder; sourced, never run. POSIX sh and curl, nothing else.
#
# A script calls `begin` once its options are read, drives the receiver with `enter`, `push` and
# `lift`, and ends with `verdict`. What `begin` and `push` made is taken away again when it ends,
# however it ends. What failmx answers stands in $answer; nothing here runs in a subshell that
# could lose it.
# shellcheck shell=sh disable=SC2034
set -eu

own=1             # whether the receiver is the script's own: made and removed by it
receiver=         # its name
listen=127.0.0.1:0
scale=60
patience=120
within=1h
by=2h
verdict_within=180
keep=
pushed=           # ids of the rules pushed and not yet lifted
expect=           # JSON list of expectations, if not those of all scripts
judged=           # what the verdict is asked by, if not the receiver's own expectations
since=0           # events up to this one were there before
answered=         # whether failmx has answered at all
newline='
'

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }

# die STATUS MESSAGE...
die() {
  dying=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$dying"
}

# usage: the comment at the top of the script, then what all of them have in common.
usage() {
  awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
  cat <<'TEXT'

Options of all these scripts:
  --receiver NAME      drive this receiver, which is there already, by pushing rules; it is left as
                       it was. Default: make one, and remove it in the end
  --address ADDR:PORT  where the receiver that is made listens (127.0.0.1:0: any free port)
  --scale N            simulated seconds per real second of the receiver that is made (60)
  --timeout SECONDS    how long to wait for the sender to come (120)
  --within D           by when what was deferred must be tried again, in simulated time (1h)
  --by D               by when it must be delivered, in simulated time (2h)
  --wait SECONDS       how long to wait for a certain verdict (180)
  --keep               leave the receiver that was made, to look at its events
  --help               this text

Environment: FAILMX_HTTP, the control API (http://127.0.0.1:8025); FAILMX_TOKEN, its token, if it
has one.
Exit status: 0 the sender coped, 1 it did not, 3 inconclusive, 2 bad usage or a request that failmx
refused, 5 failmx cannot be reached or curl is not installed.
TEXT
}

# common OPTION [VALUE]...: reads one option of all scripts; $taken says how many words it took.
common() {
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --keep)
      keep=1
      taken=1
      return
      ;;
    --receiver | --address | --scale | --timeout | --within | --by | --wait) needs_value "$@" ;;
    *) die 2 "unknown option '$1'; see --help" ;;
  esac
  case $1 in
    --receiver)
      case $2 in *[!A-Za-z0-9._-]* | '') die 2 "--receiver: '$2' is no name of a receiver" ;; esac
      own=
      receiver=$2
      ;;
    --address) listen=$2 ;;
    --scale)
      case $2 in *[!0-9.]* | '') die 2 "--scale: '$2' is not a number" ;; esac
      scale=$2
      ;;
    --timeout) patience=$(seconds "$@") ;;
    --within) within=$2 ;;
    --by) by=$2 ;;
    --wait) verdict_within=$(seconds "$@") ;;
  esac
}

# needs_value OPTION [VALUE]
needs_value() { [ $# -ge 2 ] || die 2 "$1 needs a value; see --help"; }

# seconds OPTION [VALUE]: the value, if it is a whole number.
seconds() {
  needs_value "$@"
  case $2 in *[!0-9]* | '' | ???????*) die 2 "$1: '$2' is not a whole number" ;; esac
  printf '%s' "$2"
}

# in_json TEXT: as it stands between quotes.
in_json() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# -- talking to failmx

# request METHOD PATH [BODY [ACCEPT]]: sets $status and $answer; if nobody answered, curl's status.
request() {
  body=${3-}
  set -- -q --silent --show-error --noproxy '*' --globoff --max-time 60 --config - \
    --request "$1" --url "${FAILMX_HTTP%/}$2" --header "Accept: ${4:-application/json}"
  if [ -n "$body" ]; then
    set -- "$@" --header 'Content-Type: application/json' --data-binary "$body"
  fi
  answer=$(credentials | curl "$@" --write-out '\n%{http_code}') || return
  answered=1
  status=${answer##*"$newline"}
  answer=${answer%"$newline"*}
}

# The token goes through a pipe: on the command line everybody could read it.
credentials() {
  [ -z "${FAILMX_TOKEN-}" ] ||
    printf 'header = "Authorization: Bearer %s"\n' "$(in_json "$FAILMX_TOKEN")"
}

# api METHOD PATH [BODY [ACCEPT]]: sets $answer; whatever is not a success ends the script.
api() {
  request "$@" || unreachable $?
  case $status in
    2??) ;;
    5??) die 5 "$1 $2: failmx answered $status: $answer" ;;
    *) die 2 "$1 $2: failmx answered $status: $answer" ;;
  esac
}

# unreachable CURL_STATUS: without a connection (6, 7) nothing was made that could be taken away.
unreachable() {
  case $1 in 6 | 7) [ -n "$answered" ] || receiver= ;; esac
  die 5 "cannot reach failmx at $FAILMX_HTTP; is it running, is FAILMX_HTTP right?"
}

# text_of NAME, number_of NAME: the first member of that name in $answer; nothing if there is none.
text_of() {
  rest=${answer#*\""$1"\":\"}
  [ "$rest" = "$answer" ] || printf '%s' "${rest%%\"*}"
}

number_of() {
  rest=${answer#*\""$1"\":}
  [ "$rest" = "$answer" ] || printf '%s' "${rest%%[!0-9]*}"
}

# -- the receiver

# begin [PHASES [RULES]]: makes the receiver with these lists of JSON tables, unless --receiver
# names one, and says where to send. Sets $address.
begin() {
  FAILMX_HTTP=${FAILMX_HTTP:-http://127.0.0.1:8025}
  command -v curl >/dev/null 2>&1 || die 5 "curl is not installed, and nothing works without it"
  [ -n "$expect" ] || expect='[{"check": "retried", "within": "'$(in_json "$within")'"},
    {"check": "not-hasty", "optional": true},
    {"check": "delivered-once", "within": "'$(in_json "$by")'"}]'
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap clean_up EXIT
  if [ -z "$own" ]; then
    judged=", \"expect\": $expect"
    api GET "/v1/receivers/$receiver"
    address=$(text_of address)
    # No event is of connection 0: nothing is found, and the answer says where the journal ends.
    api GET "/v1/events?receiver=$receiver&connection=0"
    since=$(number_of last)
    say "receiver $receiver: send mail to ${address:-its domains}"
    return
  fi
  name=${0##*/}
  receiver=${name%.sh}-$(date +%s)-$$
  api PUT "/v1/receivers/$receiver" '{
    "scenario": {"name": "'"${name%.sh}"'", "time": {"scale": '"$scale"'},
      "phase": ['"${1-}"'], "rule": ['"${2-}"'], "expect": '"$expect"'},
    "listeners": [{"address": "'"$(in_json "$listen")"'"}]}'
  address=$(text_of address)
  say "made the receiver $receiver: send mail to $address"
}

# enter PHASE: of a receiver of our own.
enter() { api PATCH "/v1/receivers/$receiver/state" '{"phase": "'"$1"'"}'; }

# push RULE: puts a rule, as JSON, in front of all others. Sets $rule to its id.
push() {
  api POST "/v1/receivers/$receiver/rules" "$1"
  rule=$(number_of id)
  pushed="$pushed $rule"
}

# lift ID...: takes these pushed rules away.
lift() {
  for gone in "$@"; do
    api DELETE "/v1/receivers/$receiver/rules/$gone"
    left=
    for id in $pushed; do
      [ "$id" = "$gone" ] || left="$left $id"
    done
    pushed=$left
  done
}

# Runs at the end, however it came: says what could not be undone, and keeps the exit status.
clean_up() {
  leaving=$?
  trap - EXIT
  trap '' HUP INT TERM
  if [ -n "$own" ] && [ -n "$receiver" ]; then
    if [ -n "$keep" ]; then
      say "kept the receiver $receiver: curl -X DELETE $FAILMX_HTTP/v1/receivers/$receiver"
    else
      undo "/v1/receivers/$receiver" "removed the receiver $receiver"
    fi
  fi
  if [ -z "$own" ]; then
    for id in $pushed; do
      undo "/v1/receivers/$receiver/rules/$id" "lifted the rule $id"
    done
  fi
  exit "$leaving"
}

# undo PATH DONE: DELETE; what is not there any more needs no removal.
undo() {
  if ! request DELETE "$1" 2>/dev/null; then
    say "could not clean up: nobody answers at $FAILMX_HTTP"
    return
  fi
  case $status in
    2??) say "$2" ;;
    404) ;;
    *) say "could not clean up: DELETE $1: $status: $answer" ;;
  esac
}

# -- waiting

# await FILTER SECONDS: until an event after $since passes the filter, a query of /v1/events.
await() {
  until=$(($(date +%s) + $2))
  while :; do
    api GET "/v1/events?receiver=$receiver&after=$since&limit=1&wait=1s&$1"
    case $answer in *'"items":[]'*) ;; *) return 0 ;; esac
    [ "$(date +%s)" -lt "$until" ] || return 1
  done
}

# await_sender FILTER WHOM: the same, for as long as --timeout says; without it there is no verdict.
await_sender() {
  say "waiting for $2 at $address, at most $patience s"
  await "$1" "$patience" || die 3 "inconclusive: waited $patience s for $2 at $address in vain"
}

# hold SECONDS: in small steps, so that a signal does not wait.
hold() {
  until=$(($(date +%s) + $1))
  while [ "$(date +%s)" -lt "$until" ]; do sleep 1; done
}

# deferrals: sets $deferred to the number of attempts that the receiver has deferred by now.
deferrals() {
  api GET "/v1/receivers/$receiver"
  deferred=$(number_of deferred)
}

# verdict: asks until it is certain or --wait is over, prints it and ends with its exit status.
verdict() {
  say "waiting for the verdict, at most $verdict_within s"
  until=$(($(date +%s) + verdict_within))
  while :; do
    api POST /v1/verify '{"receiver": "'"$receiver"'", "wait": "2s"'"$judged"'}' text/plain
    case $answer in INCONCLUSIVE*) [ "$(date +%s)" -lt "$until" ] || break ;; *) break ;; esac
  done
  printf '%s\n' "$answer"
  case $answer in
    PASS*) exit 0 ;;
    INCONCLUSIVE*) exit 3 ;;
    *) exit 1 ;;
  esac
}
