#!/bin/sh
# The receiver is out of storage for a while, then well again: does the sender come back?
#
# usage: outage-and-recovery.sh [OPTIONS]
#
# Every recipient gets 452 4.3.1. The outage goes on for some seconds after the first refusal, then
# everything is accepted. A good sender tries again, not at once, and delivers once.
#
#   --for SECONDS        how long the outage lasts after the first refusal (10)
#   --healthy SECONDS    how long all goes well before, from the first connection on (0: not at all)

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

outage=10
before=0
while [ $# -gt 0 ]; do
  taken=2
  case $1 in
    --for) outage=$(seconds "$@") ;;
    --healthy) before=$(seconds "$@") ;;
    *) common "$@" ;;
  esac
  shift "$taken"
done

full='"name": "drive-full", "at": "rcpt", "reply": "452 4.3.1 Mail system full"'
begin '{"name": "healthy"}, {"name": "full"}' "{$full, \"during\": \"full\"}"
if [ "$before" -gt 0 ]; then
  await_sender kind=connected 'a sender'
  say "healthy for $before s"
  hold "$before"
fi

say 'full: every recipient gets 452 4.3.1'
if [ "$own" ]; then enter full; else push "{$full}"; fi
await_sender 'kind=reply&rule=drive-full' 'a sender to be refused'
say "first refusal; the outage goes on for $outage s"
hold "$outage"
if [ "$own" ]; then enter healthy; else lift "$rule"; fi
deferrals
say "healthy again; attempts deferred so far: $deferred"
verdict
