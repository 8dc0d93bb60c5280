#!/bin/sh
# Stops a cluster of this host and proves its procs dead, or leaves them running.
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
# shellcheck source=scripts/lib/daemons.sh
. "$lib/daemons.sh"
# shellcheck source=scripts/lib/rest.sh
. "$lib/rest.sh"

head_seconds=30
worker_seconds=15
start_seconds=60

usage() {
  cat <<END
Usage: scripts/stop-cluster.sh [OPTION]...

Has every proc of a cluster on this host killed, proves that none is left, and stops its head and workers. A worker that
is not running is started for it, because its procs may live on without it.

  --data-dir DIR   the cluster's data directory ($(default_data_dir))
  --keep-procs     leave the procs running; the workers of the next start take them over
  --help           this text

Exit status: 0 nothing of it runs on this host (any more), 1 something lives on and is named, 2 wrong options.
END
}

data_dir='' keep_procs=false

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --keep-procs) keep_procs=true ;;
    --data-dir=*) data_dir=${1#*=} ;;
    --data-dir)
      require_value "$1" $#
      data_dir=$2
      shift
      ;;
    *) refuse "$1: unknown option; see --help" ;;
  esac
  shift
done

data_dir=${data_dir:-$(default_data_dir)}
if [ ! -d "$data_dir" ]; then
  say "nothing runs: there is no $data_dir"
  exit 0
fi
data_dir=$(CDPATH='' cd -- "$data_dir" && pwd -P)

# ask_to_stop NAME: status 1 when it runs and cannot be signalled.
ask_to_stop() {
  signal_daemon "$1" TERM && return
  ! is_running "$1" && return
  warn "$1 runs, since $data_dir/$1.lock is held, but the pid in $data_dir/$1.pid is not its own: not signalled"
  return 1
}

# see_stopped NAME SECONDS LOSS: waits, and kills it when that takes too long; sets $was_forced then. LOSS is what that costs.
see_stopped() {
  was_forced=false
  if ! await_end "$1" "$2"; then
    warn "$1 did not stop within $2 s and is killed; $3"
    was_forced=true
    signal_daemon "$1" KILL || :
    if ! await_end "$1" 10; then
      warn "$1 (pid $(daemon_pid "$1" || say unknown)) lives on after SIGKILL"
      return 1
    fi
  fi
  say "$1: stopped"
}

stop_head() {
  is_running head || return 0
  ask_to_stop head &&
    see_stopped head "$head_seconds" "the next start counts as one after a crash: auto-start entries do not run" ||
    lives_on="$lives_on head"
}

# Stops all workers that run; sets $forced to those that had to be killed.
stop_workers() {
  forced=''
  signalled=''
  for worker in $(running_workers); do
    if ask_to_stop "$worker"; then
      signalled="$signalled $worker"
    else
      lives_on="$lives_on $worker"
    fi
  done
  for worker in $signalled; do
    see_stopped "$worker" "$worker_seconds" "its procs live on until it is asked again" || lives_on="$lives_on $worker"
    [ "$was_forced" = false ] || forced="$forced $worker"
  done
}

# A worker that was proven empty and has not run since. The note names that process, so that a later start makes it void.
mark_empty() {
  cat "$data_dir/$1.pid" "$data_dir/$1.start" >"$data_dir/$1.empty"
}

is_known_empty() {
  [ -e "$data_dir/$1.empty" ] && cat "$data_dir/$1.pid" "$data_dir/$1.start" | cmp -s - "$data_dir/$1.empty"
}

# The workers that may have procs and are not running. One without a folder never came to run any.
silent_workers() {
  for worker in $(worker_names); do
    is_running "$worker" || is_known_empty "$worker" || [ ! -d "$data_dir/$worker" ] || say "$worker"
  done
}

# Starts them, so that they can be asked; sets $unasked to those that cannot be started.
wake_silent_workers() {
  unasked=''
  for silent in $(silent_workers); do
    say "$silent: not running; started to have its procs killed"
    launch_worker "$silent"
    await_serving "$silent" "$launched_pid" || unasked="$unasked $silent"
  done
}

await_serving() {
  serve_until=$(($(date +%s) + start_seconds))
  until [ "$(json_value "$data_dir/$1.json" pid)" = "$2" ]; do
    if has_ended "$2" || [ "$(date +%s)" -ge "$serve_until" ]; then
      warn "$1 could not be started: $(tail -n 1 "$data_dir/log/$1.log")"
      return 1
    fi
    sleep 0.1
  done
}

# The address of a worker that does not run leads nowhere, or to somebody else.
forget_addresses() {
  for worker in $(worker_names); do
    is_running "$worker" || rm -f "$data_dir/$worker.json"
  done
}

# knows_other_workers URL: of other hosts, that is; only the head can speak for them. One of this host that does not run has
# been asked before.
knows_other_workers() {
  own=$(worker_identities)
  workers_of_head "$1" | grep -vF "${own:-none}" | grep -q .
}

kill_step() {
  "$java_home/bin/java" --enable-native-access=ALL-UNNAMED -XX:+PerfDisableSharedMem -XX:TieredStopAtLevel=1 \
    -cp "$(class_path_of head-node)" io.procgrid.head.stop.ClusterStop --data-dir "$data_dir" --step "$1" 9>&-
}

# The head kills its runs and knows their end; what it cannot prove counts when only it can reach it.
kill_by_head() {
  kill_step kill-runs && return
  ! knows_other_workers "$(json_value "$data_dir/head.json" url)" ||
    lives_on="$lives_on runs on workers of other hosts (see above)"
}

# The workers of this host are asked themselves, with the head down, so that nothing new can come. One that hangs cannot
# answer: it is killed, started again and asked once more.
kill_by_workers() {
  for attempt in first second; do
    wake_silent_workers
    forget_addresses
    asked=$(running_workers)
    verdict=0
    [ -z "$asked" ] || kill_step kill-all || verdict=$?
    stop_workers
    if [ "$verdict" -eq 0 ]; then
      for worker in $asked; do
        mark_empty "$worker"
      done
      break
    fi
    if [ -z "$forced" ] || [ "$attempt" = second ]; then
      lives_on="$lives_on procs on workers of this host (see above)"
      break
    fi
  done
  [ -z "$unasked" ] || lives_on="$lives_on perhaps procs of$unasked, which could not be asked"
}

# finish TEXT: ends the script.
finish() {
  forget_addresses
  [ -z "$lives_on" ] || fail "lives on:$lives_on"
  say "$1"
  exit 0
}

lives_on=''
require_sight_of_locks
take_turn "$data_dir/turn.lock" "another start or stop on $data_dir"
for daemon in head $(worker_names); do
  await_settled "$daemon"
done

if [ "$keep_procs" = true ]; then
  stop_head
  stop_workers
  finish "stopped; procs, if any, live on"
fi
if ! is_running head && [ -z "$(running_workers)$(silent_workers)" ]; then
  finish "nothing runs"
fi
find_java
is_built || build_if_needed
if is_running head; then
  wake_silent_workers
  kill_by_head
  stop_head
fi
kill_by_workers
finish "stopped; nothing of it is left on this host"
