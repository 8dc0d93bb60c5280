# shellcheck shell=sh disable=SC2154 # $project comes from the script
# The program itself: finds a JDK, builds what is missing, names class paths. Needs messages.sh, turns.sh and $project.

java_release_needed=25

# Maven's own libraries use what newer JDKs warn of.
quiet_maven='--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED'

# Sets $java_home to a JDK of the release needed or newer, or ends the script.
find_java() {
  if [ -n "${PROCGRID_JAVA_HOME:-}" ]; then
    is_recent_java "$PROCGRID_JAVA_HOME" ||
      refuse "PROCGRID_JAVA_HOME=$PROCGRID_JAVA_HOME is no JDK $java_release_needed or newer; correct it or unset it"
    java_home=$PROCGRID_JAVA_HOME
    return
  fi
  path_java=$(command -v java || :)
  [ -z "$path_java" ] || path_java=$(readlink -f "$path_java" 2>/dev/null || say "$path_java")
  for java_home in "${JAVA_HOME:-}" "${path_java%/bin/java}" /usr/lib/jvm/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.sdkman/candidates/java/*; do
    if is_recent_java "$java_home"; then
      return
    fi
  done
  refuse "no JDK $java_release_needed or newer in PROCGRID_JAVA_HOME, JAVA_HOME, PATH, /usr/lib/jvm or ~/.sdkman;" \
    "install one (Debian: temurin-25-jdk or openjdk-25-jdk) or set PROCGRID_JAVA_HOME to where it is"
}

is_recent_java() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  release=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$release" ] && [ "$release" -ge "$java_release_needed" ]
}

class_path_of() {
  say "$project/$1/target/$1.jar:$project/$1/target/lib/*"
}

is_built() {
  [ ! -e "$project/target/build-unfinished" ] || return 1
  for module in head-node worker-node; do
    [ -f "$project/$module/target/$module.jar" ] && [ -d "$project/$module/target/lib" ] || return 1
  done
}

# Sources, folders among them (a deleted file makes its folder newer), that neither the jar nor the last build has seen.
is_built_from_these_sources() {
  is_built || return 1
  last_build=$project/target/build-finished
  for module in head-node worker-node; do
    jar=$project/$module/target/$module.jar
    newest=$jar
    if [ -n "$(find "$last_build" -newer "$jar" 2>/dev/null)" ]; then
      newest=$last_build
    fi
    unseen=$(cd "$project" && find pom.xml proto/pom.xml proto/src/main common/pom.xml common/src/main \
      "$module/pom.xml" "$module/src/main" -newer "$newest")
    [ -z "$unseen" ] || return 1
  done
}

# Builds unless everything is there and up to date. Builds of one checkout take turns.
build_if_needed() {
  is_built_from_these_sources && return
  mkdir -p "$project/target"
  (
    take_turn "$project/target/build.lock" "a build"
    is_built_from_these_sources || build
  ) || exit $?
}

build() {
  command -v mvn >/dev/null 2>&1 || refuse "ProcGrid must be built and mvn is not there; install Maven 3.8 or newer"
  say "building; the first time this takes some minutes"
  : >"$project/target/build-unfinished"
  # Sources that change while Maven works are newer than this and will be built the next time.
  : >"$project/target/build-begun"
  # The formatter checks what goes into the repository, not what somebody tries out.
  (cd "$project" && JAVA_HOME=$java_home MAVEN_OPTS="$quiet_maven ${MAVEN_OPTS:-}" \
    mvn -q -B -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -pl head-node,worker-node -am package </dev/null >&2) ||
    fail "the build failed, see above; to see all of it: cd $project && mvn package"
  mv "$project/target/build-begun" "$project/target/build-finished"
  rm "$project/target/build-unfinished"
}

# The same for the programs among the integration tests.
build_tests_if_needed() {
  mkdir -p "$project/target"
  (
    take_turn "$project/target/build.lock" "a build"
    are_tests_built_from_these_sources || build_tests
  ) || exit $?
}

are_tests_built_from_these_sources() {
  [ -f "$project/target/tests-finished" ] && [ -d "$project/integration-tests/target/lib" ] || return 1
  unseen=$(cd "$project" && find pom.xml ./*/pom.xml ./*/src -newer target/tests-finished)
  [ -z "$unseen" ]
}

build_tests() {
  command -v mvn >/dev/null 2>&1 || refuse "ProcGrid must be built and mvn is not there; install Maven 3.8 or newer"
  say "building; the first time this takes some minutes"
  rm -f "$project/target/tests-finished"
  : >"$project/target/tests-begun"
  (cd "$project" && JAVA_HOME=$java_home MAVEN_OPTS="$quiet_maven ${MAVEN_OPTS:-}" \
    mvn -q -B -Dstyle.color=never -DskipTests -Dspotless.check.skip=true \
    -pl integration-tests -am package </dev/null >&2) ||
    fail "the build failed, see above; to see all of it: cd $project && mvn package -DskipTests"
  mv "$project/target/tests-begun" "$project/target/tests-finished"
}
