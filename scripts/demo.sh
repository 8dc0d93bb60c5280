#!/bin/sh
# Shows what ProcGrid is for: starts a cluster, runs procs on two workers, kills them by tag, and looks whether they are dead.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
lib=$project/scripts/lib
# shellcheck source=scripts/lib/messages.sh
. "$lib/messages.sh"
# shellcheck source=scripts/lib/turns.sh
. "$lib/turns.sh"
# shellcheck source=scripts/lib/program.sh
. "$lib/program.sh"
# shellcheck source=scripts/lib/rest.sh
. "$lib/rest.sh"

case ${1:-} in
  '') ;;
  --help | -h)
    say "Usage: scripts/demo.sh   (no options; builds what is missing, leaves nothing behind but target)"
    exit 0
    ;;
  *) refuse "$1: unknown option; there are none but --help" ;;
esac

find_java
build_if_needed
scratch=$(mktemp -d "$project/target/demo.XXXXXX")
data_dir=$scratch/data

clean_up() {
  status=$?
  trap - EXIT HUP INT TERM
  if [ -d "$data_dir" ]; then
    say
    say "== Cleaning up"
    "$project/scripts/stop-cluster.sh" --data-dir "$data_dir" || status=1
  fi
  if [ "$status" -eq 0 ]; then
    rm -rf "$scratch"
  else
    # What could not be stopped keeps its data, so that it can be stopped later.
    warn "ended with status $status; logs: $data_dir/log"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# call ENDPOINT JSON: shows the call and its answer; sets $answer to the answer proper, freed of the wrapper.
call() {
  say "\$ curl -s $url$1 -H 'Content-Type: application/json' -d '$2'"
  reply=$(post "$url$1" "$2") || fail "no answer from $url$1"
  say "$reply" | grep -q '"status" *: *"OK"' || fail "$1 was answered: $reply"
  # The answer is text of JSON in JSON.
  answer=$(say "$reply" | sed 's/.*"data_str":"\(.*\)"}$/\1/; s/\\"/"/g; s/\\\\/\\/g')
}

# field NAME: a list or object of $answer; in the object may be objects.
field() {
  say "$answer" | sed -nE "s/.*\"$1\":(\[[^]]*\]|\{(\"[^\"]*\":\{[^{}]*\},?)*\}|\{[^{}]*\}).*/\1/p"
}

# The pids of this demo's processes, found by a word on their command line, read from a file so that the search does not
# find itself. Zombies have no command line: they are dead.
token=procgrid-demo-$$
printf '%s\n' "$token" >"$scratch/token"

living() {
  if [ -d /proc/self ]; then
    grep -lsF -f "$scratch/token" /proc/[0-9]*/cmdline | cut -d / -f 3
  else
    # shellcheck disable=SC2009 # where there is no /proc, pgrep may be missing as well
    ps -A -o pid= -o args= | grep -F -f "$scratch/token" | sed 's/^ *//; s/ .*//'
  fi
}

count_living() {
  living | wc -l | tr -d ' '
}

# await_living COUNT
await_living() {
  deadline=$(($(date +%s) + 30))
  until [ "$(count_living)" -eq "$1" ]; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "expected $1 processes, found $(count_living)"
    sleep 0.1
  done
}

show_living() {
  say "$(count_living) processes: $(living | tr '\n' ' ')"
}

say "== A head and two workers on this host"
"$project/scripts/start-cluster.sh" --workers 2 --data-dir "$data_dir" | tee "$scratch/started"
url=$(tail -n 1 "$scratch/started")
case $url in
  http://*) ;;
  *) exit 1 ;;
esac

say
say "== A proc: a script that ignores SIGTERM, with a grandchild that it lost sight of"
call /create/proc "$(sed "s/TOKEN/$token/" <<'END'
{"proc_name":"stubborn","execution_mode":"distributed","command":"./run.sh","args":["TOKEN"],
 "files":{"run.sh":"#!/bin/sh\ntrap \"\" TERM\n(sh -c \"while :; do sleep 1; done\" $1 &)\nwhile :; do sleep 1; done\n"}}
END
)"

say
say "== It runs three times, on both workers each: twice under the tag blue, once under the tag red"
for tag in blue blue red; do
  call /execute/proc "{\"proc_name\":\"stubborn\",\"options\":{\"run_tag\":\"$tag\"}}"
  say "$answer"
done
await_living 12
show_living

say
say "== Status"
call /show/proc/status '{"run_id":""}'
say "overall_statuses $(field overall_statuses)"
say "statuses         $(field statuses)"

say
say "== Kill by tag: when the answer comes, every process of both runs is dead"
call /kill/proc '{"options":{"run_tag":"blue"}}'
left=$(count_living)
say "$answer"
show_living
[ "$left" -eq 4 ] || fail "4 processes, those of the run under the tag red, should have been left"
call /show/proc/status '{"run_id":""}'
say "overall_statuses $(field overall_statuses)"

say
say "== Kill the rest"
call /kill/proc '{}'
left=$(count_living)
say "$answer"
[ "$left" -eq 0 ] || fail "still alive: $(living | tr '\n' ' ')"
say "no process is left"
