# shellcheck shell=sh
# Checks of option values that the scripts share.

# Where a cluster lives when no folder is named.
default_data_dir() {
  say "${XDG_STATE_HOME:-${HOME:?is not set: name a folder with --data-dir}/.local/state}/procgrid"
}

# require_value OPTION COUNT: COUNT is the number of words left, the option among them.
require_value() {
  [ "$2" -ge 2 ] || refuse "$1: a value must follow; see --help"
}

# require_integer OPTION VALUE LEAST MOST
require_integer() {
  case $2 in
    '' | *[!0-9]* | ??????*) ;;
    *) [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return ;;
  esac
  refuse "$1: '$2' is not an integer from $3 to $4"
}
