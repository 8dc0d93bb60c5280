# shellcheck shell=sh
# Scripts that would get in each other's way take turns. A turn is a lock of the kernel on open descriptor 9, so it ends
# with the script in whatever way that ends; nothing has to be cleaned up after a crash.

# take_turn FILE WHAT: waits for the turn and keeps it until the calling (sub)shell and all that inherits descriptor 9 end.
take_turn() {
  exec 9>>"$1" || fail "$1 cannot be opened for writing"
  lock_descriptor_9 now && return
  warn "waiting for $2 that is under way"
  lock_descriptor_9 wait || fail "no lock on $1: the file system of this folder does not support locks"
}

lock_descriptor_9() {
  if command -v flock >/dev/null 2>&1; then
    case $1 in
      now) flock -n 9 ;;
      wait) flock 9 ;;
    esac
  elif command -v perl >/dev/null 2>&1; then
    case $1 in
      now) perl -e 'open my $f, ">&=", 9 or exit 1; flock($f, 6) or exit 1' ;;
      wait) perl -e 'open my $f, ">&=", 9 or exit 1; flock($f, 2) or exit 1' ;;
    esac
  else
    refuse "neither flock (package util-linux) nor perl is there: install one of them, so that scripts can take turns"
  fi
}
