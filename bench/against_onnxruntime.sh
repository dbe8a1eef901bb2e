#!/bin/sh
# Times the networks beside ONNX Runtime, in the same run: sh bench/against_onnxruntime.sh [--check]
# Prints a Markdown table. Needs node and Python's onnx, and in $ORT_NODE_DIR what this leaves there:
#   npm install --ignore-scripts onnxruntime-node
# The build is in build-release, or in the folder that TENON_BUILD names. ROUNDS (5) and ROUND_SECONDS (0.5,
# for each network in each round) may be set. Exit status 77: something that it needs is not there.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${TENON_BUILD:-$root/build-release}
. "$root/.ci/packages.sh"

skip() {
  echo "skipped: $*" >&2
  exit 77
}

# The python3 found first need not be the one that has Debian's packages.
find_python() {
  for python in python3 /usr/bin/python3; do
    ! $python -c 'import numpy, onnx' 2>/dev/null || return 0
  done
  return 1
}

[ -d "${ORT_NODE_DIR:-}/node_modules/onnxruntime-node" ] || skip 'ORT_NODE_DIR names no folder with onnxruntime-node'
has_command node || skip 'no node here'
find_python || skip "no Python with onnx and numpy here (Debian's package python3-onnx)"

require_packages
configure "$build" >&2 || die 'the build could not be configured'
meson compile -C "$build" networks >&2 || die 'the build failed'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
networks=$build/bench/networks
here=$root/bench
rounds=${ROUNDS:-5} seconds=${ROUND_SECONDS:-0.5}

"$networks" --only-fused --seconds 0.01 --peers "$folder" >/dev/null
$python "$here/against_onnxruntime.py" write "$folder"
round=1
while [ $round -le "$rounds" ]; do
  "$networks" --only-fused --seconds "$seconds" --json "$folder/ours-$round.json" >/dev/null
  node "$here/against_onnxruntime.js" "$folder" "$seconds" lenet5 classic_lenet5 resnet8 \
    >"$folder/theirs-$round.json"
  round=$((round + 1))
done
$python "$here/against_onnxruntime.py" table "$folder" "$@"
