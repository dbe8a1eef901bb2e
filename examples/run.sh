#!/bin/sh
# Builds and runs the main job: sh examples/run.sh [options of fashion, such as --help]
# Installs what is missing where there is apt; the build is in build-release. Only fashion writes to stdout.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build-release
. "$root/.ci/packages.sh"

require_packages
want_dataset
is_configured "$build" || configure "$build" >&2 || die 'the build could not be configured'
meson compile -C "$build" fashion >&2 || die 'the build failed'
exec "$build/examples/fashion" "$@"
