# shellcheck shell=sh
# What the scripts say. Errors go to stderr as one line with the script's name in front.

script_name=$(basename "$0" .sh)

say() {
  printf '%s\n' "$*"
}

warn() {
  printf '%s: %s\n' "$script_name" "$*" >&2
}

# Ends the script: what was asked for did not come about.
fail() {
  warn "$*"
  exit 1
}

# Ends the script: what was asked for makes no sense, or something must be installed first.
refuse() {
  warn "$*"
  exit 2
}
