#!/bin/sh
# Starts a head and workers on this host as daemons; what already runs is left as it is.
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

default_port=9191

usage() {
  cat <<END
Usage: scripts/start-cluster.sh [OPTION]...

Starts a head and its workers on this host, builds them first when that is needed, and returns when REST answers and all
workers are connected. Called again with the same data directory it starts only what is not running.

  --workers N      number of workers, 1 to 99 (2)
  --port P         port of the REST API ($default_port; when that is taken and no port was named: a free one)
  --data-dir DIR   everything the cluster keeps ($(default_data_dir))
  --slots N        segments of a distributed run per worker, for the workers started now (1)
  --listen HOST    address that the head binds to, if it is started now (127.0.0.1); the workers here stay on 127.0.0.1
  --insecure       let the head bind to an address that others can reach, without authentication: closed test networks only
  --help           this text

Environment: PROCGRID_JAVA_HOME (a JDK $java_release_needed or newer), PROCGRID_JAVA_OPTS (further options of the JVMs),
PROCGRID_START_SECONDS (how long a start may take: 120).
Exit status: 0 the cluster is up, 1 it is not, 2 wrong options or something must be installed.
END
}

workers=2 port='' data_dir='' slots=1 listen='' insecure=''

# Both "--port 9191" and "--port=9191".
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --insecure)
      insecure=--insecure
      shift
      continue
      ;;
    --*=*)
      option=${1%%=*}
      value=${1#*=}
      shift
      ;;
    *)
      option=$1
      case $option in
        --workers | --port | --data-dir | --slots | --listen) ;;
        *) refuse "$option: unknown option; see --help" ;;
      esac
      require_value "$option" $#
      value=$2
      shift 2
      ;;
  esac
  case $option in
    --workers)
      require_integer "$option" "$value" 1 99
      workers=$value
      ;;
    --port)
      require_integer "$option" "$value" 1 65535
      port=$value
      ;;
    --slots)
      require_integer "$option" "$value" 1 999
      slots=$value
      ;;
    --data-dir)
      [ -n "$value" ] || refuse "--data-dir: must name a folder"
      data_dir=$value
      ;;
    --listen)
      [ -n "$value" ] || refuse "--listen: must name an address of this host"
      listen=$value
      ;;
    *) refuse "$option: unknown option; see --help" ;;
  esac
done

start_seconds=${PROCGRID_START_SECONDS:-120}
require_integer PROCGRID_START_SECONDS "$start_seconds" 1 86400
data_dir=${data_dir:-$(default_data_dir)}
mkdir -p -- "$data_dir" 2>/dev/null || refuse "--data-dir: $data_dir cannot be made; name a folder you may write to"
data_dir=$(CDPATH='' cd -- "$data_dir" && pwd -P)
[ -w "$data_dir" ] || refuse "--data-dir: $data_dir is not yours to write to; name another folder"

deadline_at=0

begin_waiting() {
  deadline_at=$(($(date +%s) + start_seconds))
}

time_is_up() {
  [ "$(date +%s)" -ge "$deadline_at" ]
}

# Whether somebody listens on the port, on whatever address.
is_port_taken() {
  if [ -r /proc/net/tcp ]; then
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      grep -qi "^ *[0-9]*: [0-9a-f]*:$(printf '%04x' "$1") [0-9a-f]*:0000 0a "
  else
    lsof -nP -iTCP:"$1" -sTCP:LISTEN >/dev/null 2>&1
  fi
}

# Sets $head_port for a head that is about to start. One that crashed left its port behind and gets it again, so that
# clients find it.
choose_port() {
  if [ -n "$port" ]; then
    head_port=$port
    ! is_port_taken "$head_port" || fail "--port: $head_port is taken by another program; stop that or name another port"
    return
  fi
  head_port=$(json_value "$data_dir/head.json" port)
  head_port=${head_port:-$default_port}
  if is_port_taken "$head_port"; then
    say "port $head_port is taken: the head takes a free one"
    head_port=0
  fi
}

refuse_another_port() {
  running_port=$(json_value "$data_dir/head.json" port)
  if [ -n "$port" ] && [ -n "$running_port" ] && [ "$port" != "$running_port" ]; then
    refuse "--port: the head of $data_dir runs on port $running_port, not $port;" \
      "leave the option out, or stop the cluster first: scripts/stop-cluster.sh --data-dir $data_dir"
  fi
}

# Sets $head_pid.
start_head() {
  choose_port
  # shellcheck disable=SC2086 # an option or none
  launch head head-node io.procgrid.head.HeadNode 512m --port "$head_port" ${listen:+--listen "$listen"} $insecure
  head_pid=$launched_pid
  say "head: started (pid $head_pid)"
}

# Starts the head unless it runs; $head_pid stays empty then.
begin_head() {
  head_pid=''
  await_settled head
  if is_running head; then
    refuse_another_port
    say "head: was running (pid $(daemon_pid head || say unknown))"
  else
    start_head
  fi
}

# Waits until REST answers; sets $url.
await_head() {
  begin_waiting
  until is_head_serving; do
    if [ -n "$head_pid" ]; then
      if has_ended "$head_pid"; then
        stop_started_workers
        report_death head "$head_pid"
      fi
    elif ! is_running head; then
      say "head: ended just now"
      start_head
    fi
    ! time_is_up || fail "the head does not answer after $start_seconds s; what it said: $data_dir/log/head.log"
    sleep 0.1
  done
  [ -n "$head_pid" ] || refuse_another_port
}

# The file of a head that crashed stays until the next one serves: it counts only when it is the running head's.
is_head_serving() {
  url=$(json_value "$data_dir/head.json" url)
  [ -n "$url" ] && [ "$(json_value "$data_dir/head.json" pid)" = "$(daemon_pid head)" ] || return 1
  head_answers "$url"
}

# start_worker NAME: adds it to $started, as name:pid. It stays on the loopback whatever the head listens on: the only one who
# calls it is the head of this host.
start_worker() {
  launch_worker "$1" --slots "$slots"
  say "$1: started (pid $launched_pid)"
  started="$started $1:$launched_pid"
}

# Starts the workers that do not run.
begin_workers() {
  started=''
  for wanted in $(wanted_workers); do
    await_settled "$wanted"
    if is_running "$wanted"; then
      say "$wanted: was running (pid $(daemon_pid "$wanted" || say unknown))"
    else
      start_worker "$wanted"
    fi
  done
}

# Without a head they would only look for one.
stop_started_workers() {
  for one in $started; do
    has_ended "${one#*:}" || kill -s TERM "${one#*:}"
  done
}

# Waits until the head is connected to each.
await_workers() {
  begin_waiting
  until missing=$(missing_workers) && [ -z "$missing" ]; do
    for one in $started; do
      ! has_ended "${one#*:}" || report_death "${one%:*}" "${one#*:}"
    done
    for lost in $missing; do
      case "$started " in
        *" $lost:"*) continue ;;
      esac
      if ! is_running "$lost"; then
        say "$lost: ended just now"
        start_worker "$lost"
      fi
    done
    ! time_is_up || fail "not connected to the head after $start_seconds s:$missing; what they said: $data_dir/log"
    sleep 0.1
  done
}

wanted_workers() {
  number=1
  while [ "$number" -le "$workers" ]; do
    say "worker-$number"
    number=$((number + 1))
  done
}

# The workers asked for that do not run or that the head is not connected to.
missing_workers() {
  known=$(workers_of_head "$url" || :)
  for wanted in $(wanted_workers); do
    identity=$(json_value "$data_dir/$wanted.json" identity)
    if ! is_running "$wanted" || [ -z "$identity" ] ||
      ! say "$known" | grep -F "\"$identity\"" | grep -Eq '"state" *: *"(up|degraded)"'; then
      printf ' %s' "$wanted"
    fi
  done
}

require_sight_of_locks
take_turn "$data_dir/turn.lock" "another start or stop on $data_dir"
find_java
if ! is_built || { ! is_running head && [ -z "$(running_workers)" ]; }; then
  build_if_needed
elif ! is_built_from_these_sources; then
  say "the sources are newer than the program that runs; to build it anew, stop the cluster and start it again"
fi
# Side by side: what waits for all workers at a cluster start does not wait for long.
begin_head
begin_workers
await_head
await_workers
say "up: $workers worker(s), data in $data_dir"
say "$url"
