#!/bin/sh
# Builds everything and runs the tests: sh tests/run.sh [options of meson setup, such as -Dwerror=true]
# All but import-rows, which takes minutes: meson test -C build-release --suite import-rows
# Installs what is missing where there is apt. The build is in build-release, or in the folder that TENON_BUILD names.
# The last line is "N passed, N failed".
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${TENON_BUILD:-$root/build-release}
. "$root/.ci/packages.sh"

# finish PASSED FAILED
finish() {
  echo "$1 passed, $2 failed"
  [ "$2" -eq 0 ]
  exit
}

require_packages tests
want_import
want_png
configure "$build" "$@" || finish 0 1
meson compile -C "$build" || finish 0 1

log=$build/meson-logs/testlog.json
rm -f "$log"
status=0
meson test -C "$build" --no-rebuild --no-suite import-rows --print-errorlogs --timeout-multiplier 4 || status=$?

# results PATTERN: how many tests ended so; the log has a line for each test.
results() { grep -cE "\"result\": \"($1)\"" "$log" || true; }
[ -e "$log" ] || finish 0 1
passed=$(results 'OK|EXPECTEDFAIL')
failed=$(results 'FAIL|ERROR|TIMEOUT|INTERRUPT|UNEXPECTEDPASS')
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed" -gt 0 ] || failed=$((failed + 1))
finish "$passed" "$failed"
