#!/bin/sh
# Shows that the kill contract holds: runs a cluster under load while it is killed, paused and parted, and checks everything it says.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
lib=$project/scripts/lib
# shellcheck source=scripts/lib/messages.sh
. "$lib/messages.sh"
# shellcheck source=scripts/lib/options.sh
. "$lib/options.sh"
# shellcheck source=scripts/lib/turns.sh
. "$lib/turns.sh"
# shellcheck source=scripts/lib/program.sh
. "$lib/program.sh"

usage() {
  cat <<END
Usage: scripts/soak.sh [OPTION]...

Starts a head and four workers of its own in target, executes and kills procs from many clients, and meanwhile kills, pauses,
restarts and parts head and workers by chance. After every answer it looks at all processes of the host. At the end it prints
what was done and whatever should not have happened, with its evidence. Builds first when that is needed.

  --minutes N        how long there is load (5); starting and settling take about a minute more
  --clients N        clients that execute and kill (12)
  --processes N      processes of procs that may be alive at once (300)
  --fault-seconds N  mean time between two faults (6)
  --seed N           of all that happens by chance (the time)
  --grace            some procs have a grace period
  --help             this text

Exit status: 0 the cluster kept its word, 1 it did not, 2 wrong options or something must be installed.
END
}

for argument; do
  case $argument in
    --help | -h)
      usage
      exit 0
      ;;
  esac
done

find_java
build_tests_if_needed
scratch=$(mktemp -d "$project/target/soak.XXXXXX")
child=''

# The program ends what it started when it is told to end.
clean_up() {
  status=$?
  trap - EXIT HUP INT TERM
  if [ -n "$child" ] && kill -s TERM "$child" 2>/dev/null; then
    wait "$child" || :
  fi
  if [ "$status" -eq 1 ]; then
    warn "evidence: $scratch"
  else
    rm -rf "$scratch"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

"$java_home/bin/java" -Xmx512m -XX:+UseSerialGC -XX:+PerfDisableSharedMem --enable-native-access=ALL-UNNAMED \
  -Djava.io.tmpdir="$scratch" -cp "$project/integration-tests/target/test-classes:$project/integration-tests/target/lib/*" \
  io.procgrid.it.soak.Soak "$@" </dev/null &
child=$!
soak_status=0
wait "$child" || soak_status=$?
child=''
[ "$soak_status" -eq 0 ] || (exit "$soak_status")
