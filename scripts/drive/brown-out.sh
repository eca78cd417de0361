#!/bin/sh
# The receiver grows slower at every stage and defers some mail, then recovers: is nothing lost?
#
# usage: brown-out.sh [OPTIONS]
#
# Greeting, MAIL, RCPT and the final reply are held back, longer from level to level, and ever more
# messages get 451 4.3.2 after their final dot, on the highest level all. Then everything is well.
# A good sender waits for slow replies, tries again what was deferred, and sends nothing twice.
#
#   --levels N           how many levels (3)
#   --level SECONDS      how long each lasts; the first one from the first connection on (4)
#   --delay MS           how long a reply is held on level 1; twice that on level 2, and so on (200)

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

levels=3
length=4
delay=200
while [ $# -gt 0 ]; do
  taken=2
  case $1 in
    --levels) levels=$(seconds "$@") ;;
    --level) length=$(seconds "$@") ;;
    --delay) delay=$(seconds "$@") ;;
    *) common "$@" ;;
  esac
  shift "$taken"
done
[ "$levels" -gt 0 ] || die 2 '--levels: there must be one'

# slow LEVEL: its rules come in front, then those of the level before go.
slow() {
  former=$pushed
  push '{"name": "drive-busy-'"$1"'", "at": "message", "chance": '"$(part "$1" "$levels")"',
    "reply": "451 4.3.2 System busy, message not accepted"}'
  for stage in connect mail rcpt message; do
    push '{"name": "drive-slow-'"$stage-$1"'", "at": "'"$stage"'",
      "delay": "'"$(($1 * delay))ms"'"}'
  done
  # shellcheck disable=SC2086  # a list of ids
  lift $former
}

# part N OF: as a decimal fraction.
part() { if [ "$1" -eq "$2" ]; then printf 1; else printf '0.%03d' $(($1 * 1000 / $2)); fi; }

begin
level=0
while [ "$level" -lt "$levels" ]; do
  level=$((level + 1))
  slow "$level"
  say "level $level: replies $((level * delay)) ms late, $level in $levels messages deferred"
  [ "$level" -gt 1 ] || await_sender kind=connected 'a sender'
  hold "$length"
done
# shellcheck disable=SC2086
lift $pushed
deferrals
say "well again; attempts deferred so far: $deferred"
verdict
