#!/usr/bin/env bash
# Stands for a command: writes down how it was called and does what the first rule says whose pattern fits, the next answer of
# it at every call. A call that no rule expects fails.
line="${0##*/} $*"
printf '%s\n' "${line//$'\n'/ }" >>"$FAKES/calls"
for rule in "$FAKES"/rules/*; do
  # shellcheck disable=SC2053 # it is a pattern
  [[ $line == $(<"$rule/pattern") ]] || continue
  n=1
  [ ! -e "$rule/next" ] || n=$(<"$rule/next")
  [ ! -e "$rule/$((n + 1))" ] || echo $((n + 1)) >"$rule/next"
  # shellcheck disable=SC1090 # an answer of a test
  . "$rule/$n"
  exit
done
echo "UNEXPECTED: $line" | tee -a "$FAKES/unexpected" >&2
exit 99
