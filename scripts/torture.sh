#!/bin/sh
# Runs the torture cases in full: what the build does a few times, hundreds or thousands of times.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
lib=$project/scripts/lib
# shellcheck source=scripts/lib/messages.sh
. "$lib/messages.sh"
# shellcheck source=scripts/lib/options.sh
. "$lib/options.sh"
# shellcheck source=scripts/lib/program.sh
. "$lib/program.sh"

last_case=39
minutes=240

usage() {
  say "Usage: scripts/torture.sh [--minutes N] [CASE...]

Kills processes, daemons, disks and networks in all the ways in which runners of processes were seen to fail, and looks for
survivors. CASE is a number from 1 to $last_case; none = all. All of them may take an hour or more, one of them some minutes;
ended after N minutes (default $minutes) whatever happens. As root on Linux for all of it: what cannot be done is skipped, and
counted as skipped. Builds what it needs. The last lines are the test runner's; its report is in integration-tests/target."
}

cases=''
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --minutes)
      require_value "$1" $#
      require_integer "$1" "$2" 1 1440
      minutes=$2
      shift 2
      ;;
    --minutes=*)
      require_integer --minutes "${1#*=}" 1 1440
      minutes=${1#*=}
      shift
      ;;
    -*) refuse "$1: unknown option; see --help" ;;
    *)
      require_integer CASE "$1" 1 "$last_case"
      cases=${cases:+$cases,}$1
      shift
      ;;
  esac
done

find_java
command -v mvn >/dev/null 2>&1 || refuse "mvn is not there; install Maven 3.8 or newer"
log=$project/target/torture.log
mkdir -p "$project/target"
say "torture cases ${cases:-1 to $last_case}, in full; at most $minutes minutes; all that Maven says: $log"
status=0
# Tests of other kinds are left out by the group; the formatter checks what goes into the repository.
(cd "$project" && JAVA_HOME=$java_home MAVEN_OPTS="$quiet_maven ${MAVEN_OPTS:-}" \
  mvn -B -Dstyle.color=never -Dspotless.check.skip=true -pl integration-tests -am verify \
  -Dgroups=torture -Dfailsafe.timeout="$((minutes * 60))" \
  -Dprocgrid.torture=full -Dprocgrid.torture.cases="$cases" </dev/null) >"$log" 2>&1 || status=$?
grep -E 'Tests run:|ERROR.*(IT|COMPILATION|timeout)|BUILD' "$log" | tail -n 60 || :
[ "$status" -eq 0 ] || fail "not all held, or not all was run: see above and $log"
