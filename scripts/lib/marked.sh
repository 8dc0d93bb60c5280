# shellcheck shell=sh
# Processes found on the host by a word on their command line: what the demonstration and the tests look for instead of
# believing an answer.

# marked_processes FILE: pids of those with the word in FILE. It is read from a file so that the search does not find itself.
# Zombies have no command line: they are dead.
marked_processes() {
  if [ -d /proc/self ]; then
    grep -lsF -f "$1" /proc/[0-9]*/cmdline | cut -d / -f 3
  else
    # shellcheck disable=SC2009 # where there is no /proc, pgrep may be missing as well
    ps -A -o pid= -o args= | grep -F -f "$1" | sed 's/^ *//; s/ .*//'
  fi
}

count_marked() {
  marked_processes "$1" | wc -l | tr -d ' '
}

# await_marked FILE COUNT: status 1 when there are not so many after half a minute.
await_marked() {
  marked_until=$(($(date +%s) + 30))
  until [ "$(count_marked "$1")" -eq "$2" ]; do
    [ "$(date +%s)" -lt "$marked_until" ] || return 1
    sleep 0.1
  done
}
