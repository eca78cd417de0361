#!/bin/sh
# The receiver is closed for maintenance and says until when: does the sender bring its mail later?
#
# usage: maintenance-window.sh [OPTIONS]
#
# Every connection is greeted with 421 4.3.2. The first one that is turned away fixes the end of the
# window, and from then on the greeting announces it. Afterwards everything is accepted.
#
#   --for SECONDS        how long the window lasts after the first refusal (10)

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

window=10
while [ $# -gt 0 ]; do
  taken=2
  case $1 in
    --for) window=$(seconds "$@") ;;
    *) common "$@" ;;
  esac
  shift "$taken"
done

# clock EPOCH: the time of day; no date(1) that POSIX knows can say it.
clock() { printf '%02d:%02d:%02d UTC' $(($1 / 3600 % 24)) $(($1 / 60 % 60)) $(($1 % 60)); }

closed='"name": "drive-closed", "at": "connect",
  "reply": "421 4.3.2 {hostname} Closed for maintenance"'
begin '{"name": "maintenance"}, {"name": "open"}' "{$closed, \"during\": \"maintenance\"}"
say 'maintenance: every connection gets 421 4.3.2'
[ "$own" ] || push "{$closed}"
await_sender 'kind=reply&rule=drive-closed' 'a sender to be turned away'

end=$(clock $(($(date +%s) + window)))
push '{"name": "drive-closed-until", "at": "connect",
  "reply": "421 4.3.2 {hostname} Closed for maintenance until '"$end"'"}'
say "first refusal; the greeting now says: closed until $end"
hold "$window"
[ -z "$own" ] || enter open
# shellcheck disable=SC2086  # a list of ids
lift $pushed
deferrals
say "open again; attempts deferred so far: $deferred"
verdict
