#!/bin/sh
# Builds and runs the benchmarks: sh bench/run.sh [--write]
# Installs what is missing where there is apt. The build is in build-release, or in the folder that TENON_BUILD names.
# Prints Markdown; --write also keeps it, and the figures as JSON, in bench/results/<machine>/.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${TENON_BUILD:-$root/build-release}
. "$root/.ci/packages.sh"

case ${1:-} in '' | --write) ;; *) die "usage: sh bench/run.sh [--write]" ;; esac

require_packages
has_command python3 || apt_install python3 || die 'please install: python3'
configure "$build" >&2 || die 'the build could not be configured'
meson compile -C "$build" networks >&2 || die 'the build failed'

# machine_name: the CPU's model as a name of a folder.
machine_name() {
  model=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
  [ -n "$model" ] || model=$(uname -sm)
  echo "$model" | tr '[:upper:]' '[:lower:]' | sed 's/([^)]*)//g; s/[^a-z0-9]\{1,\}/-/g; s/^-//; s/-$//'
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

# report FILE TITLE COMMAND...: what the command prints, below a title, as a file. 77 = there is nothing to report.
report() {
  file=$folder/$1
  echo "== $2" >&2
  printf '# %s\n\n' "$2" >"$file"
  shift 2
  result=0
  "$@" >>"$file" || result=$?
  if [ $result -eq 77 ]; then
    rm "$file"
    return
  fi
  [ $result -eq 0 ] || status=1
  cat "$file"
  echo
}

report networks.md 'Networks: fused beside unfused' "$build/bench/networks" --check --json "$folder/networks.json"
report onnxruntime.md 'Networks beside ONNX Runtime' sh "$root/bench/against_onnxruntime.sh" --check
report compile_cost.md 'Cost of compiling' python3 "$root/bench/compile_cost.py" --compiler "$CXX" --check
report zoo.md 'Cost of compiling the zoo' python3 "$root/bench/zoo_cost.py" --compiler "$CXX" --check

if [ "${1:-}" = --write ]; then
  results=$root/bench/results/$(machine_name)
  mkdir -p "$results"
  cp "$folder"/* "$results"
  echo "written: $results" >&2
fi
exit $status
