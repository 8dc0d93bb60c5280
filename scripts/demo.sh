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
# shellcheck source=scripts/lib/marked.sh
. "$lib/marked.sh"

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

# On the command line of every process of this demo.
token=procgrid-demo-$$
printf '%s\n' "$token" >"$scratch/token"

show_living() {
  say "$(count_marked "$scratch/token") processes: $(marked_processes "$scratch/token" | tr '\n' ' ')"
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
await_marked "$scratch/token" 12 || fail "expected 12 processes, found $(count_marked "$scratch/token")"
show_living

say
say "== Status"
call /show/proc/status '{"run_id":""}'
say "overall_statuses $(field overall_statuses)"
say "statuses         $(field statuses)"

say
say "== Kill by tag: when the answer comes, every process of both runs is dead"
call /kill/proc '{"options":{"run_tag":"blue"}}'
left=$(count_marked "$scratch/token")
say "$answer"
show_living
[ "$left" -eq 4 ] || fail "4 processes, those of the run under the tag red, should have been left"
call /show/proc/status '{"run_id":""}'
say "overall_statuses $(field overall_statuses)"

say
say "== Kill the rest"
call /kill/proc '{}'
left=$(count_marked "$scratch/token")
say "$answer"
[ "$left" -eq 0 ] || fail "still alive: $(marked_processes "$scratch/token" | tr '\n' ' ')"
say "no process is left"
