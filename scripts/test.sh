#!/bin/sh
# Tests what the scripts promise, with a real cluster in target. Each line of the output is one promise.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
lib=$project/scripts/lib
# shellcheck source=scripts/lib/messages.sh
. "$lib/messages.sh"
# shellcheck source=scripts/lib/turns.sh
. "$lib/turns.sh"
# shellcheck source=scripts/lib/program.sh
. "$lib/program.sh"
# shellcheck source=scripts/lib/daemons.sh
. "$lib/daemons.sh"
# shellcheck source=scripts/lib/rest.sh
. "$lib/rest.sh"
# shellcheck source=scripts/lib/marked.sh
. "$lib/marked.sh"

find_java
build_if_needed
scratch=$(mktemp -d "$project/target/test-scripts.XXXXXX")
data_dir="$scratch/data with a space"
token=procgrid-test-$$
printf '%s\n' "$token" >"$scratch/token"
decoy=''
broken=0

clean_up() {
  status=$?
  trap - EXIT HUP INT TERM
  [ -z "$decoy" ] || kill -KILL "$decoy" 2>/dev/null || :
  # shellcheck disable=SC2119 # no options
  stop || status=1
  if [ "$status" -eq 0 ]; then
    rm -rf "$scratch"
  else
    warn "ended with status $status; what the daemons said: $data_dir/log"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

start() {
  "$project/scripts/start-cluster.sh" --data-dir "$data_dir" "$@" >"$scratch/start.out" 2>&1
}

# shellcheck disable=SC2120 # its options come through promise
stop() {
  "$project/scripts/stop-cluster.sh" --data-dir "$data_dir" "$@" >"$scratch/stop.out" 2>&1
}

# promise WHAT COMMAND...: holds when the command succeeds.
promise() {
  what=$1
  shift
  if "$@"; then
    say "ok    $what"
  else
    say "FAIL  $what"
    tail -n 5 "$scratch/start.out" "$scratch/stop.out" 2>/dev/null || :
    broken=$((broken + 1))
  fi
}

# status_of COMMAND...: its exit status, as text.
status_of() {
  got=0
  "$@" >/dev/null 2>&1 || got=$?
  say "$got"
}

# Four processes on each worker, none of which minds SIGTERM; every second one has lost its parent.
run_procs() {
  url=$(json_value "$data_dir/head.json" url)
  post "$url/create/proc" "$(sed "s/TOKEN/$token/" <<'END'
{"proc_name":"stubborn","command":"./run.sh","args":["TOKEN"],
 "files":{"run.sh":"#!/bin/sh\ntrap \"\" TERM\n(sh -c \"trap : TERM; while :; do sleep 1; done\" $1 &)\nwhile :; do sleep 1; done\n"}}
END
  )" >/dev/null
  post "$url/execute/proc" '{"proc_name":"stubborn","options":{}}' >/dev/null
  post "$url/execute/proc" '{"proc_name":"stubborn","options":{}}' >/dev/null
  await_marked "$scratch/token" 8
}

pids() {
  say "$(cat "$data_dir/head.pid") $(cat "$data_dir/worker-1.pid") $(cat "$data_dir/worker-2.pid")"
}

# --- Options
for wrong in --wokers=3 --workers --workers=none --workers=0 --port=65536 stray; do
  promise "start: $wrong is refused with status 2" [ "$(status_of start "$wrong")" -eq 2 ]
done
promise "start: a JDK that is none is refused with status 2" [ "$(PROCGRID_JAVA_HOME=/nowhere status_of start)" -eq 2 ]
promise "start: an open address without --insecure is refused with status 2" [ "$(status_of start --listen 0.0.0.0)" -eq 2 ]
promise "stop: an unknown option is refused with status 2" [ "$(status_of stop --keep)" -eq 2 ]
promise "stop: nothing runs, status 0" stop

# --- Starting
"$project/scripts/start-cluster.sh" --data-dir "$data_dir" --workers 2 >"$scratch/first.out" 2>&1 &
first=$!
promise "two starts at once: the one" start --workers 2
promise "two starts at once: the other" wait "$first"
promise "its last line is the URL, and the head answers there" head_answers "$(tail -n 1 "$scratch/start.out")"
promise "one head, two workers" [ "$(status_of is_running head)$(status_of is_running worker-1)$(status_of is_running worker-2)" = 000 ]
before=$(pids)
promise "a second start" start --workers 2
promise "a second start leaves what runs" [ "$(pids)" = "$before" ]
promise "another port is refused with status 2" [ "$(status_of start --port 1)" -eq 2 ]
kill -KILL "$(daemon_pid worker-2)"
promise "a start right after a crash of a worker" start --workers 2
promise "a start after a crash leaves the others" [ "$(pids | cut -d ' ' -f 1,2)" = "$(say "$before" | cut -d ' ' -f 1,2)" ]
promise "a start after a crash starts the one" is_running worker-2

# --- Procs
promise "procs run on both workers" run_procs
promise "stop --keep-procs" stop --keep-procs
promise "stop --keep-procs leaves no daemon" [ "$(status_of is_running head)$(running_workers)" = 1 ]
promise "stop --keep-procs leaves the procs" [ "$(count_marked "$scratch/token")" -eq 8 ]
promise "the next start" start --workers 2
kill -KILL "$(daemon_pid head)"
promise "a start right after a crash of the head" start --workers 2
promise "a start right after a crash of the head: it runs" is_running head
kill -KILL "$(daemon_pid head)" "$(daemon_pid worker-1)"
promise "stop after crashes of head and worker" stop
promise "stop after crashes leaves no proc" [ "$(count_marked "$scratch/token")" -eq 0 ]
promise "stop after crashes leaves no daemon" [ "$(status_of is_running head)$(running_workers)" = 1 ]
promise "stop again: nothing runs" stop
promise "stop again starts nothing" grep -q '^nothing runs' "$scratch/stop.out"
promise "a start with fewer workers" start --workers 1
promise "stop: a worker proven empty while the head was down does not count as one of another host" stop

# --- Pids
start --workers 1
sleep 600 &
decoy=$!
real=$(cat "$data_dir/worker-1.pid")
say "$decoy" >"$data_dir/worker-1.pid"
promise "a pid that is another process now: stop says that the worker lives on" [ "$(status_of stop)" -eq 1 ]
promise "a pid that is another process now is not signalled" kill -0 "$decoy"
say "$real" >"$data_dir/worker-1.pid"
promise "with its pid again, it is stopped" stop
promise "and does not run" [ "$(status_of is_running worker-1)" -eq 1 ]

[ "$broken" -eq 0 ] || fail "$broken promise(s) broken"
