#!/bin/sh
# Searches the model of the kill protocol with Spin.
#   check.sh small    complete searches within small bounds, safety and liveness
#   check.sh rules    leaves out one rule after the other: each must give a counterexample
#   check.sh large    complete searches within larger bounds: 8 GB, ten minutes
# Prints a line per search and ends with 1 when a search found what it should not, or not what it should, or did not complete.
set -u

usage() {
  echo 'check.sh small|rules|large: searches the model of the kill protocol, see README.md beside it' >&2
  exit 2
}

searches=${1:-}
case "$# $searches" in
  '1 small' | '1 rules' | '1 large') ;;
  *) usage ;;
esac

for tool in spin gcc; do
  if ! command -v "$tool" >/dev/null; then
    echo "check.sh: $tool is not on the PATH; install the packages spin and gcc" >&2
    exit 1
  fi
done

spec=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
target=$(dirname -- "$spec")/target
mkdir -p "$target" && scratch=$(mktemp -d "$target/spec.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch" || exit 1
cp "$spec/kill.pml" . || exit 1
broken=0

# search MEGABYTES FLAGS...: fills the variables stored, depth, megabytes, seconds, errors, and completed. The model's flags tell what
# is searched for: with LIVENESS, fair cycles in which an intent is never proven, else violated assertions.
search() {
  limit=$1
  shift
  case " $* " in
    *' -DLIVENESS '*' -DNO_'* | *' -DLIVENESS '*' -DLOSSES='*)   # not what else the missing rule breaks
      compile='-O1 -DNFAIR=9'
      run='-a -f -A'
      ;;
    *' -DLIVENESS '*)
      compile='-O2 -DNFAIR=9'
      run='-a -f'
      ;;
    *' -DNO_'*)
      compile='-O1 -DSAFETY -DBFS'
      run='-E'
      ;;
    *)
      compile='-O2 -DSAFETY'
      run='-E'
      ;;
  esac
  stored='' depth='' megabytes='' seconds='' errors='' completed=no
  rm -f pan kill.pml.trail
  # shellcheck disable=SC2086 # several flags in each
  if ! spin -a "$@" kill.pml >log 2>&1 || ! gcc -w $compile -DNOREDUCE "-DMEMLIM=$limit" -o pan pan.c >>log 2>&1; then
    cat log >&2
    return
  fi
  # shellcheck disable=SC2086
  nice -n 15 ./pan $run -m200000 >log 2>&1
  stored=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' log)
  depth=$(sed -n 's/.*depth reached \([0-9]*\), errors.*/\1/p' log)
  errors=$(sed -n 's/.*depth reached .* errors: \([0-9]*\).*/\1/p' log)
  megabytes=$(sed -n 's/^ *\([0-9]*\)[0-9.]*.total actual memory usage.*/\1/p' log)
  seconds=$(sed -n 's/^pan: elapsed time \([0-9.e+]*\) seconds.*/\1/p' log)
  if [ -n "$errors" ] && ! grep -q -e 'Search not completed' -e 'max search depth too small' -e 'out of memory' log; then
    completed=yes
  fi
}

row() {
  printf '%-66s %10s %6s %6s %8s  %s\n' "$@"
}

tell() {
  row "$1" "${stored:-?}" "${depth:-?}" "${megabytes:-?}" "${seconds:-?}" "$2"
}

# holds MEGABYTES FLAGS...: the search must complete and find nothing.
holds() {
  search "$@"
  shift
  if [ "$completed" = yes ] && [ "$errors" -eq 0 ]; then
    tell "$*" 'holds'
    return
  fi
  broken=1
  if [ "${errors:-0}" -gt 0 ]; then
    tell "$*" 'VIOLATED:'
    spin "$@" -t -B -T kill.pml
  else
    tell "$*" 'NOT COMPLETED:'
    tail -n 3 log
  fi
}

# breaks FLAGS...: the first flag leaves a rule out; that must be found.
breaks() {
  search 2000 "$@"
  if [ "${errors:-0}" -gt 0 ]; then
    tell "$*" 'counterexample'
    return
  fi
  broken=1
  if [ "$completed" = no ]; then
    tell "$*" 'NOT COMPLETED:'
    tail -n 3 log
    return
  fi
  tell "$*" 'NO COUNTEREXAMPLE: the model does not need this rule, or has lost it'
}

small() {
  holds 1000 -DRUNS=1 -DCRASHES=2
  holds 1000 -DRUNS=1 -DCRASHES=1 -DREBOOTS=1
  holds 1000 -DRUNS=1 -DCRASHES=1 -DLOSSES=1
  holds 1000 -DRUNS=1 -DCRASHES=1 -DDAMAGES=1
  holds 1000 -DRUNS=1 -DCRASHES=1 -DMOVES=1
  holds 1000 -DRUNS=1 -DINCARNATIONS=2 -DCRASHES=0
  holds 1000 -DRUNS=2 -DCRASHES=1 -DSENDS=1 -DMESSAGES=1
  holds 1000 -DLIVENESS -DRUNS=1 -DCRASHES=1 -DREBOOTS=1 -DSENDS=1 -DMESSAGES=4
}

rules() {
  breaks -DNO_PROOF -DRUNS=1
  breaks -DNO_INTENT -DRUNS=1
  breaks -DNO_PLACEMENT -DRUNS=1
  breaks -DNO_ADDRESS -DRUNS=1
  breaks -DNO_IDENTITY -DRUNS=1 -DLOSSES=1
  breaks -DNO_INSTANCE -DRUNS=1
  breaks -DNO_EPOCH -DRUNS=1
  breaks -DNO_DISPATCH_NUMBER -DRUNS=1
  breaks -DNO_TOMBSTONE -DRUNS=1
  breaks -DNO_INCARNATION -DRUNS=1 -DINCARNATIONS=2
  breaks -DNO_FORGET_NUMBER -DRUNS=1
  breaks -DNO_DURABLE_END -DRUNS=1
  breaks -DNO_ABSENCE -DRUNS=1
  breaks -DNO_PROCEED -DRUNS=1
  breaks -DNO_PROCEED_INTENT -DRUNS=1
  breaks -DNO_ADOPTION -DRUNS=1
  breaks -DNO_BOOT_ID -DRUNS=2 -DREBOOTS=1 -DCRASHES=0
  breaks -DNO_MACHINE -DRUNS=1 -DMOVES=1
  breaks -DNO_LEAF -DRUNS=1 -DDAMAGES=1
  breaks -DLIVENESS -DRUNS=1 -DSENDS=1 -DMESSAGES=4 -DNO_INTENT
  breaks -DLIVENESS -DRUNS=1 -DSENDS=1 -DMESSAGES=4 -DLOSSES=1
}

large() {
  holds 8000 -DRUNS=2 -DCRASHES=0
  holds 8000 -DRUNS=1 -DINCARNATIONS=2 -DCRASHES=1
  holds 8000 -DRUNS=1 -DCRASHES=3 -DMESSAGES=3
  holds 8000 -DRUNS=1 -DCRASHES=1 -DSENDS=1 -DREBOOTS=1 -DLOSSES=1 -DDAMAGES=1 -DMOVES=1
  holds 8000 -DRUNS=2 -DCRASHES=1 -DSENDS=1
  holds 8000 -DRUNS=2 -DCRASHES=1 -DMESSAGES=1
  holds 8000 -DLIVENESS -DRUNS=1 -DCRASHES=2 -DREBOOTS=1 -DDAMAGES=1 -DMESSAGES=4
}

row search states depth MB seconds verdict
case $searches in
  small) small ;;
  rules) rules ;;
  large) large ;;
esac
exit "$broken"
