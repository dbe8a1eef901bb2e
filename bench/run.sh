#!/bin/sh
# Builds and runs the benchmarks, and writes figures, tables and pictures: sh bench/run.sh [--quick] [--check]
#   --quick   some minutes: few repetitions, and few of the compilations
#   --check   exit status 1 if a network is slower than bench/report.py says, or a compile budget is broken
# Installs what is missing where there is apt. The build is in build-release, or in the folder that TENON_BUILD names;
# the results are in bench/results/<machine>/ (with --quick in its folder "quick", which is not kept), or in the folder
# that BENCH_RESULTS names.
# ONNX Runtime is a peer if ORT_NODE_DIR names a folder in which this was run:
#   npm install --ignore-scripts onnxruntime-node
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${TENON_BUILD:-$root/build-release}
here=$root/bench
. "$root/.ci/packages.sh"

quick='' check=''
for option; do
  case $option in
    --quick) quick=yes ;;
    --check) check=--check ;;
    *) die 'usage: sh bench/run.sh [--quick] [--check]' ;;
  esac
done

# install_unless CHECK PACKAGE WITHOUT: installs the package unless the check succeeds. If that cannot be, one line says
# what is left out.
install_unless() {
  $1 && return
  if has_command apt-get && can_be_root && apt_install "$2" 2>/dev/null && $1; then
    echo "installed: $2" >&2
  else
    echo "note: package $2 is not here and cannot be installed: $3" >&2
    return 1
  fi
}
has_benchmark() { has_module benchmark; }
has_onednn() { has_header dnnl.hpp; }
has_gnuplot() { has_command gnuplot; }
# The python3 found first need not be the one that has Debian's packages.
has_onnx() {
  for python in python3 /usr/bin/python3; do
    ! $python -c 'import numpy, onnx' 2>/dev/null || return 0
  done
  return 1
}
has_onnxruntime() { [ -d "${ORT_NODE_DIR:-}/node_modules/onnxruntime-node" ] && has_command node; }

require_packages
has_command python3 || apt_install python3 || die 'please install: python3'
install_unless has_benchmark libbenchmark-dev 'nothing can be timed' || exit 1
install_unless has_onednn libdnnl-dev 'oneDNN is not timed' || true
install_unless has_gnuplot gnuplot-nox 'no pictures' || true
peer=''
if has_onnxruntime; then
  ! install_unless has_onnx python3-onnx 'ONNX Runtime is not timed' || peer=yes
else
  echo 'note: ORT_NODE_DIR names no folder with onnxruntime-node, or there is no node: ONNX Runtime is not timed' >&2
fi

echo '== building' >&2
configure "$build" >&2 || die 'the build could not be configured'
meson compile -C "$build" peak layers networks profile errors >&2 || die 'the build failed'

cpu_model() { sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | grep -m 1 . || uname -sm; }
# machine_name: the CPU's model as a name of a folder.
machine_name() {
  cpu_model | tr '[:upper:]' '[:lower:]' | sed 's/([^)]*)//g; s/[^a-z0-9]\{1,\}/-/g; s/^-//; s/-$//'
}
results=${BENCH_RESULTS:-$here/results/$(machine_name)${quick:+/quick}}
mkdir -p "$results"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

# run TITLE COMMAND...
run() {
  echo "== $1" >&2
  shift
  "$@" || { status=1 && echo "error: this failed: $*" >&2; }
}

rounds=30 runs=30 compile_runs=3 most=10000
[ -z "$quick" ] || rounds=3 runs=5 compile_runs=1 most=600
repetitions=--benchmark_repetitions=$rounds

run 'peak of one core' "$build/bench/peak" "$repetitions" --json "$results/peak.json"
run 'layers' "$build/bench/layers" "$repetitions" --json "$results/layers.json"

onnx=''
if [ -n "$peer" ]; then
  echo '== ONNX files' >&2
  # shellcheck disable=SC2046 # one word for each network
  if $python "$here/models.py" "$folder" $("$build/bench/networks" --list); then onnx="--onnx $folder"; else status=1; fi
fi
for threads in 1 2; do
  # shellcheck disable=SC2086 # two words or none
  run "networks, threads: $threads" env OMP_NUM_THREADS=$threads "$build/bench/networks" --threads $threads $onnx \
    "$repetitions" --json "$results/networks-$threads.json"
done
run 'networks step by step' "$build/bench/profile" --runs $runs --json "$results/profile.json"

run 'errors' "$build/bench/errors" --most $most --json "$results/errors.json"

# cost FILE TITLE SCRIPT OPTIONS...: what the script prints, below a title and a line that says where and when.
cost() {
  file=$results/$1
  echo "== $2" >&2
  printf '# %s\n\n%s, commit %s, %s\n\n' "$2" "$(cpu_model)" "$(sh "$here/commit.sh")" "$(date +%Y-%m-%d)" >"$file"
  shift 2
  # shellcheck disable=SC2086 # one word or none
  python3 "$@" --compiler "$CXX" --runs $compile_runs $check >>"$file" || status=1
  cat "$file"
}
cost compile_cost.md 'Cost of compiling' "$here/compile_cost.py"
# shellcheck disable=SC2086 # two words or none
cost zoo.md 'Cost of compiling the zoo' "$here/zoo_cost.py" --json "$results/compile.json" ${quick:+--only lenet5}

echo '== tables and pictures' >&2
# shellcheck disable=SC2086 # one word or none
python3 "$here/report.py" "$results" $check || status=1
cat "$results"/networks.md "$results"/peers.md "$results"/layers.md
echo "written: $results" >&2
exit $status
