#!/bin/sh
# The next recipients are refused, whoever they are; all others are accepted.
#
# usage: fail-the-next-one.sh [OPTIONS]
#
# Pushes one rule that acts so many times, shows what remains of it until it is used up, and judges
# what the sender made of it: what got a 4yz must be tried again and be delivered once, what got a
# 5yz must not be tried again for as long as --within says. (Whether it was the same message shows
# at the stage message; before it nothing tells a second message from a second attempt.)
#
#   --count N            how many are refused (1)
#   --at STAGE           at which stage: connect, ehlo, mail, rcpt, data, message (rcpt)
#   --reply TEXT         with which reply (451 4.3.2 Please try again later)

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

count=1
stage=rcpt
reply='451 4.3.2 Please try again later'
while [ $# -gt 0 ]; do
  taken=2
  case $1 in
    --count) count=$(seconds "$@") ;;
    --at) needs_value "$@" && stage=$2 ;;
    --reply) needs_value "$@" && reply=$2 ;;
    *) common "$@" ;;
  esac
  shift "$taken"
done

# Sets $hits and $remaining to what the list of rules says of the rule that was pushed.
look() {
  api GET "/v1/receivers/$receiver/rules"
  answer=${answer#*\"id\":"$rule",}
  hits=$(number_of hits)
  remaining=$(number_of remaining)
}

case $reply in
  5*) expect='[{"check": "not-retried", "quiet": "'$(in_json "$within")'"}]' ;;
esac
begin
push '{"name": "drive-next", "at": "'"$(in_json "$stage")"'", "next": '"$count"',
  "reply": "'"$(in_json "$reply")"'"}'
say "the next $count at $stage: $reply"
await_sender 'kind=reply&rule=drive-next' 'a sender to be refused'
shown=0
until=$(($(date +%s) + patience))
while look && [ "$remaining" -gt 0 ]; do
  if [ "$hits" -ne "$shown" ]; then
    say "refused: $hits, still to come: $remaining"
    shown=$hits
  fi
  [ "$(date +%s)" -lt "$until" ] ||
    die 3 "inconclusive: after $patience s $remaining are still to come"
  sleep 1
done
say "refused: $hits, still to come: 0; the rule is used up"
verdict
