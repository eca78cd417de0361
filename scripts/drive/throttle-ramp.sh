#!/bin/sh
# The receiver throttles, more and more, then less: does the sender slow down and get through?
#
# usage: throttle-ramp.sh [OPTIONS]
#
# So many of a hundred recipients get 451 4.7.1, step by step; 100 turns every connection away with
# 421 4.7.0. The first step lasts until the sender has come, too. After the last one everything is
# accepted. A sender of one message may get through without any deferral: then the verdict is
# inconclusive.
#
#   --steps "N N ..."    how many of a hundred are deferred in each step ("40 70 100 70 40")
#   --step SECONDS       how long a step lasts (4)

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

steps='40 70 100 70 40'
length=4
while [ $# -gt 0 ]; do
  taken=2
  case $1 in
    --steps) needs_value "$@" && steps=$2 ;;
    --step) length=$(seconds "$@") ;;
    *) common "$@" ;;
  esac
  shift "$taken"
done
for percent in $steps; do
  case $percent in
    100 | [1-9] | [1-9][0-9]) ;;
    *) die 2 "--steps: '$percent' is no number from 1 to 100" ;;
  esac
done

# throttle STEP PERCENT: the rule of that step comes in front, then the one before it goes.
throttle() {
  former=$pushed
  if [ "$2" -eq 100 ]; then
    push '{"name": "drive-throttle-'"$1"'", "at": "connect",
      "reply": "421 4.7.0 {hostname} Too many connections from [{client}], try again later"}'
  else
    push '{"name": "drive-throttle-'"$1"'", "at": "rcpt", "chance": '"$(printf '0.%02d' "$2")"',
      "reply": "451 4.7.1 <{recipient}>: Too much mail from [{client}], slow down"}'
  fi
  # shellcheck disable=SC2086  # a list of ids
  lift $former
}

begin
step=0
for percent in $steps; do
  step=$((step + 1))
  throttle "$step" "$percent"
  say "step $step: $percent of 100 deferred"
  [ "$step" -gt 1 ] || await_sender kind=connected 'a sender'
  hold "$length"
done
# shellcheck disable=SC2086
lift $pushed
deferrals
say "open again; attempts deferred so far: $deferred"
verdict
