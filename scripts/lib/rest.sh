# shellcheck shell=sh disable=SC2154 # $lib and $java_home come from the script
# REST calls without anything to install: curl, else the JDK. Needs $lib and $java_home.

# post URL JSON: prints the answer's body; status 1 when there was no answer.
post() {
  if command -v curl >/dev/null 2>&1; then
    curl -s --max-time 60 --noproxy '*' -H 'Content-Type: application/json' --data "$2" "$1"
  else
    "$java_home/bin/java" -XX:TieredStopAtLevel=1 "$lib/Post.java" "$1" "$2"
  fi
}

# workers_of_head URL: what the head knows of its workers, one JSON object on a line. The list stands as text of JSON in
# text of JSON, hence the backslashes.
workers_of_head() {
  post "$1/show/system/status" '{"options":{}}' | tr -d '\\\n' | tr '{' '\n' | sed 's/}.*//' | grep '"number"'
}

# Whether the head answers at all; one that is starting or stopping says so with another status than OK.
head_answers() {
  post "$1/show/system/status" '{"options":{}}' 2>/dev/null | grep -q '"status" *: *"OK"'
}
