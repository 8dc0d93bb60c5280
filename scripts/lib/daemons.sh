# shellcheck shell=sh disable=SC2154,SC2034 # the script gives $data_dir and $java_home and reads $launched_pid
# The daemons of a data directory: do they run, start them, signal them. Needs messages.sh, $data_dir and, to start, $java_home.
#
# A daemon holds an exclusive lock on DIR/<name>.lock while it lives. That lock is what says whether it runs: pids are used
# again, and a process that nobody has waited for yet still has one. DIR/<name>.pid holds the pid and DIR/<name>.start the
# start time of that process (field 22 of /proc/PID/stat); only while both match is the pid signalled.

# To be called first: what cannot be seen must not pass for "does not run".
require_sight_of_locks() {
  [ -r /proc/locks ] || command -v lsof >/dev/null 2>&1 ||
    refuse "neither /proc/locks nor lsof is there, so nobody can tell what runs; install lsof"
}

# is_running NAME
is_running() {
  [ -e "$data_dir/$1.lock" ] || return 1
  if [ -r /proc/locks ]; then
    is_locked_on_linux "$data_dir/$1.lock"
  else
    [ -n "$(lock_holder_by_lsof "$data_dir/$1.lock")" ]
  fi
}

# The kernel lists a lock as "1: POSIX  ADVISORY  WRITE 8166 fe:00:2154509 0 EOF": holder, device, inode. The device is not
# compared, because some file systems (btrfs, overlays) show another one to stat; that the holder is a daemon of ours tells
# a lock from one on a file with the same number on another file system. A holder that is just exiting has no command
# line any more and still holds.
is_locked_on_linux() {
  # shellcheck disable=SC2012 # ls -i is the portable way to an inode number
  inode=$(ls -i "$1" | sed 's/^ *//; s/ .*//')
  # shellcheck disable=SC2013 # pids are words
  for holder in $(sed -n "s/^[0-9]*: POSIX .* WRITE \([0-9]*\) [0-9a-f]*:[0-9a-f]*:$inode .*/\1/p" /proc/locks); do
    command_line=$(tr '\0' ' ' 2>/dev/null <"/proc/$holder/cmdline" || :)
    case $command_line in
      '' | *' io.procgrid.'*) return 0 ;;
    esac
  done
  return 1
}

lock_holder_by_lsof() {
  lsof -F pl -- "$1" 2>/dev/null | sed -n '/^p/{s/^p//;h;}; /^l[wW]/{g;p;}'
}

# process_start PID: start time in clock ticks since boot, nothing when there is no such process or no /proc.
# The command's name stands in parentheses and may hold some of its own: fields are counted after the last one.
process_start() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# daemon_pid NAME: the pid that stands in its file, when that is still the process that wrote it; else status 1.
daemon_pid() {
  pid=$(cat "$data_dir/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  if [ -d /proc/self ]; then
    start=$(cat "$data_dir/$1.start" 2>/dev/null) && [ -n "$start" ] && [ "$start" = "$(process_start "$pid")" ] || return 1
  else
    [ "$pid" = "$(lock_holder_by_lsof "$data_dir/$1.lock")" ] || return 1
  fi
  say "$pid"
}

# launch NAME MODULE MAIN-CLASS HEAP ARGUMENT...: sets $launched_pid. The daemon outlives this shell and its terminal, and
# the process begun here becomes the JVM itself.
launch() {
  name=$1 module=$2 main_class=$3 heap=$4
  shift 4
  temporary=$data_dir/tmp/$name
  log=$data_dir/log/$name.log
  rm -rf "$temporary"
  mkdir -p "$temporary" "$data_dir/log"
  if [ -n "$(find "$log" -size +20480 2>/dev/null)" ]; then
    mv "$log" "$log.1"
  fi
  session=
  if command -v setsid >/dev/null 2>&1; then
    session=setsid
  fi
  # shellcheck disable=SC2086 # options are words; session may be none
  (cd "$data_dir" && exec nohup $session "$java_home/bin/java" --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -XX:+PerfDisableSharedMem -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError "-Xmx$heap" "-Djava.io.tmpdir=$temporary" \
    ${PROCGRID_JAVA_OPTS:-} -cp "$(class_path_of "$module")" "$main_class" --data-dir "$data_dir" "$@") \
    </dev/null >>"$log" 2>&1 9>&- &
  launched_pid=$!
}

# has_ended PID: of a process that this shell began. One that died and was not waited for yet has ended, too.
has_ended() {
  state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)
  case $state in
    [ZX]) return 0 ;;
    ?) return 1 ;;
  esac
  ! kill -0 "$1" 2>/dev/null
}

# Ends the script with what the daemon said last, and with its own exit status when that tells of a wrong setting.
report_death() {
  exit_status=0
  wait "$2" || exit_status=$?
  last_line=$(tail -n 1 "$data_dir/log/$1.log" 2>/dev/null)
  warn "$1 ended with status $exit_status while it started: ${last_line:-(it said nothing)}"
  warn "all it said: $data_dir/log/$1.log"
  [ "$exit_status" -eq 2 ] && exit 2
  exit 1
}

# signal_daemon NAME SIGNAL: status 1 when its pid cannot be trusted, and then nothing is signalled.
signal_daemon() {
  signalled_pid=$(daemon_pid "$1") && kill -s "$2" "$signalled_pid" 2>/dev/null
}

# await_end NAME SECONDS: status 1 when it still runs then.
await_end() {
  deadline=$(($(date +%s) + $2))
  while is_running "$1"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

# is_ending PID: whether it is on its way out and only still holds its lock: SIGKILL (bit 8 of the pending signals) is not yet
# carried out, or it is exiting (bit 2 of the flags) or a zombie with threads left. Nobody can tell where there is no /proc.
is_ending() {
  grep -Eqs '^(State:[[:space:]]*[ZX]|(SigPnd|ShdPnd):.*[13579bdf]..$)' "/proc/$1/status" && return
  flags=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 7)
  [ $((${flags:-0} & 4)) -ne 0 ]
}

# await_settled NAME: a daemon that was killed a moment ago may not be taken for one that runs.
await_settled() {
  settle_until=$(($(date +%s) + 20))
  while is_running "$1" && is_ending "$(cat "$data_dir/$1.pid" 2>/dev/null || say 0)"; do
    [ "$(date +%s)" -lt "$settle_until" ] || return 0
    sleep 0.1
  done
}

# worker_names: of the workers that ever ran here, in order.
worker_names() {
  for lock in "$data_dir"/worker-*.lock; do
    [ -e "$lock" ] || continue
    name=${lock##*/worker-}
    name=${name%.lock}
    case $name in
      '' | *[!0-9]*) ;;
      *) say "$name" ;;
    esac
  done | sort -n | sed 's/^/worker-/'
}

running_workers() {
  for worker in $(worker_names); do
    ! is_running "$worker" || say "$worker"
  done
}

# launch_worker NAME ARGUMENT...
launch_worker() {
  worker=$1
  shift
  rm -f "$data_dir/$worker.json"
  launch "$worker" worker-node io.procgrid.worker.WorkerNode 256m \
    --name "$worker" --number "${worker#worker-}" --head-file "$data_dir/head.json" "$@"
}

# worker_identities: of the workers that ever ran here, one on a line, as their journals keep them.
worker_identities() {
  for worker in $(worker_names); do
    identity=$(json_value "$data_dir/$worker/worker.state" identity 2>/dev/null) || continue
    [ -z "$identity" ] || say "$identity"
  done
}

# json_value FILE KEY: a string or number of a small flat object, as the daemons write them.
json_value() {
  tr -d '\n' 2>/dev/null <"$1" | sed -n "s/.*\"$2\"[[:space:]]*:[[:space:]]*\"\{0,1\}\([^\",}[:space:]]*\).*/\1/p"
}
