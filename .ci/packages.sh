# shellcheck shell=sh disable=SC2154
# What examples/run.sh, tests/run.sh, bench/run.sh and .ci/run share: packages and build directories. POSIX sh, to be sourced
# with $root = the top of the clone. Nothing here needs apt or root where nothing is missing.

die() {
  echo "error: $*" >&2
  exit 1
}

# is_new_enough COMPILER: g++ >= 12 or clang++ >= 16.
is_new_enough() {
  # shellcheck disable=SC2046,SC2086 # a compiler may have arguments; the answer is two numbers
  set -- $(printf '#ifdef __clang__\n__clang_major__ 16\n#else\n__GNUC__ 12\n#endif\n' |
    $1 -E -P -x c++ - 2>/dev/null)
  [ "${1:-0}" -ge "${2:-1}" ]
}

# find_compiler: sets and exports CXX to a compiler that is new enough; the user's own CXX is never replaced.
find_compiler() {
  if [ -n "${CXX:-}" ]; then
    is_new_enough "$CXX"
    return
  fi
  for compiler in c++ g++ clang++ g++-15 g++-14 g++-13 g++-12 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16; do
    if is_new_enough $compiler; then
      CXX=$compiler
      export CXX
      return
    fi
  done
  return 1
}

has_command() { command -v "$1" >/dev/null 2>&1; }
has_module() { pkg-config --exists "$1" 2>/dev/null; }
has_header() {
  # shellcheck disable=SC2086 # words
  printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" |
    ${CXX:-c++} ${CXXFLAGS:-} -E -x c++ - >/dev/null 2>&1
}

# missing [tests]: what is not there, a line for each: Debian's package | what it is.
missing() {
  find_compiler || echo 'g++|a C++20 compiler (g++ >= 12 or clang++ >= 16)'
  case $(meson --version 2>/dev/null) in '' | 0.*) echo 'meson|meson >= 1.0.1' ;; esac
  has_command ninja || has_command ninja-build || echo 'ninja-build|ninja'
  has_command pkg-config || echo 'pkg-config|pkg-config'
  has_module libhwy || echo 'libhwy-dev|Highway (libhwy)'
  has_header boost/hana.hpp || echo 'libboost-dev|Boost (headers)'
  has_module nlohmann_json || echo 'nlohmann-json3-dev|nlohmann_json'
  has_module zlib || echo 'zlib1g-dev|zlib'
  has_module CLI11 || echo 'libcli11-dev|CLI11'
  if [ "${1:-}" = tests ]; then
    has_module catch2 || has_module catch2-with-main || echo 'catch2|Catch2'
    has_command python3 || echo 'python3|python3'
    has_module libzip || echo 'libzip-dev|libzip'
  fi
}

# apt_install PACKAGE...: installs as root or through sudo, without a question but perhaps sudo's.
apt_install() {
  if [ "$(id -u)" -eq 0 ]; then as_root=; else as_root=sudo; fi
  if [ -z "${lists_updated:-}" ]; then
    $as_root apt-get -qq update >&2 || echo 'note: the package lists could not be updated' >&2
    lists_updated=yes
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "$@" >/dev/null
}
can_be_root() { [ "$(id -u)" -eq 0 ] || has_command sudo; }

# require_packages [tests]: everything that a build needs, or the end.
require_packages() {
  lacking=$(missing "$@")
  if [ -n "$lacking" ]; then
    names=$(echo "$lacking" | sed 's/.*|//; $!s/$/,/' | tr '\n' ' ')
    packages=$(echo "$lacking" | sed 's/|.*//' | tr '\n' ' ')
    has_command apt-get || die "please install: $names"
    can_be_root || die "neither root nor sudo here; please run as root: apt-get install $packages"
    echo "installing packages: $packages" >&2
    # shellcheck disable=SC2086 # one word for each package
    apt_install $packages || die "apt-get could not install: $packages"
    lacking=$(missing "$@" | sed 's/.*|//; $!s/$/,/' | tr '\n' ' ')
    [ -z "$lacking" ] || die "the packages are too old here, please install: $lacking"
  fi
  find_compiler
}

# want_dataset: the 10,000 test images, where they can be had without a question; the sample does without them.
want_dataset() {
  dataset='dataset-fashion-mnist'
  [ -e /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz ] && return
  if apt-cache show $dataset >/dev/null 2>&1 && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "installing package: $dataset" >&2
    apt_install $dataset && return
  fi
  echo "note: the 10,000 test images (package $dataset) are not installed: the sample of 500 is used" >&2
}

# want_import: what the tool `tenon import` is built with, where it can be had without a question; the library does
# without.
want_import() {
  lacking=
  has_module protobuf || lacking="$lacking libprotobuf-dev protobuf-compiler"
  [ -e /usr/include/onnx/onnx_pb.h ] || lacking="$lacking libonnx-dev"
  has_module libcrypto || lacking="$lacking libssl-dev"
  [ -n "$lacking" ] || return 0
  if has_command apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "installing packages:$lacking" >&2
    # shellcheck disable=SC2086 # one word for each package
    apt_install $lacking && return
  fi
  echo "note: the tool tenon is not built without$lacking" >&2
}

# want_png: what pictures in reports are written with, where it can be had without a question; reports do without.
want_png() {
  has_module libpng && return
  if has_command apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo 'installing package: libpng-dev' >&2
    apt_install libpng-dev && return
  fi
  echo 'note: reports have no pictures without libpng' >&2
}

# is_configured DIR: DIR is a build directory of this very clone and compiler, and its set-up ran to the end.
is_configured() { [ "$(cat "$1/.configured" 2>/dev/null)" = "$root with $CXX" ]; }

# configure DIR OPTION...: makes it so, with these options. A directory of a clone that was moved is made anew.
configure() {
  directory=$1
  shift
  if is_configured "$directory"; then
    meson setup --reconfigure "$directory" "$root" "$@"
  else
    [ ! -d "$directory/meson-private" ] || rm -rf "$directory"
    meson setup "$directory" "$root" "$@" && echo "$root with $CXX" >"$directory/.configured"
  fi
}
