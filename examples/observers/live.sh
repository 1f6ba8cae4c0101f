#!/usr/bin/env bash
# What happens from now on, in bash alone: examples/observers/live.sh "$(viga observe --print-nats)"
[[ $1 =~ nats://([^:]*):([^@]*)@([^:]*):([0-9]+)\ .*\"(.*)\" ]] || { echo "give the line of viga observe --print-nats" >&2; exit 2; }
exec 3<>"/dev/tcp/${BASH_REMATCH[3]}/${BASH_REMATCH[4]}"
printf 'CONNECT {"user":"%s","pass":"%s","verbose":false}\r\nSUB %s 1\r\n' "${BASH_REMATCH[@]:1:2}" "${BASH_REMATCH[5]}" >&3
while IFS= read -r line <&3; do
  case $line in
    PING*) printf 'PONG\r\n' >&3 ;;
    -ERR*) echo "$line" >&2; exit 1 ;;
    "{"*) echo "$line"; [[ $line == *'"type":"run.finished"'* ]] && exit 0 ;;
  esac
done
