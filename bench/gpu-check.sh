#!/usr/bin/env bash
# Checks the CUDA backend on a machine with an NVIDIA device and nothing else: no network, no JDK, no toolkit.
#
#   bench/gpu-check.sh pack FILE.tar.gz    here, after `mvn package`: jot, a JDK 25 and, where CUDA_HOME names them,
#                                          CUDA's runtime and compiler go into one file
#   ./gpu-check.sh [FOLDER]                there, in the unpacked folder: prints what `jot doctor` and
#                                          `jot selftest --backend cuda` say, and writes both as text and JSON
#
# Exit code there: that of the self-test. 0 all agree, 1 some do not, 2 the backend cannot run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

fail() {
  echo "gpu-check: $1" >&2
  exit 2
}

is_jdk25() {
  [ -x "$1/bin/java" ] && grep -qs '^JAVA_VERSION="25' "$1/release"
}

pack() {
  local file=$1 app=$here/target/jot jdk='' candidate work library
  ls "$app"/lib/jot-gpu-*.jar >/dev/null 2>&1 || fail "$app has no jot-gpu; build it first: mvn -pl bench -am package -DskipTests"
  for candidate in "${JOT_JAVA_HOME:-/none}" "${JAVA_HOME:-/none}" /usr/lib/jvm/*25*; do
    if [ -z "$jdk" ] && is_jdk25 "$candidate"; then
      jdk=$(cd "$candidate" && pwd -P)
    fi
  done
  [ -n "$jdk" ] || fail "no JDK 25 found to travel along; set JOT_JAVA_HOME to one"
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder is known now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/jot-gpu-check"
  cp -rp "$app" "$work/jot-gpu-check/jot" # with its times: the archive of classes goes by them
  cp -rL "$jdk" "$work/jot-gpu-check/jdk"
  rm -rf "$work/jot-gpu-check/jot/openblas" "$work/jot-gpu-check/jdk/jmods" "$work/jot-gpu-check/jdk/lib/src.zip"
  cp "$here/gpu-check.sh" "$work/jot-gpu-check"
  if [ -n "${CUDA_HOME:-}" ]; then
    mkdir -p "$work/jot-gpu-check/cuda/lib"
    find -L "$CUDA_HOME" \( -name 'libcudart.so.1*' -o -name 'libnvrtc.so.1*' -o -name 'libnvrtc-builtins.so.1*' \) \
      -exec cp -L {} "$work/jot-gpu-check/cuda/lib" \;
    library=$(find "$work/jot-gpu-check/cuda/lib" -name 'libnvrtc.so.1*' -print -quit)
    [ -n "$library" ] || fail "CUDA_HOME=$CUDA_HOME holds no libnvrtc.so.13 or .12"
  fi
  tar -czf "$file" -C "$work" jot-gpu-check
  echo "$file: unpack it on the machine with the device, and run jot-gpu-check/gpu-check.sh"
}

check() {
  local out=$1 jot=$here/jot/bin/jot status=0
  [ -x "$jot" ] || fail "$here has no jot; run this in the folder that 'pack' made"
  mkdir -p "$out"
  export JOT_JAVA_HOME=$here/jdk
  export JOT_JAVA_OPTIONS="-Djot.cuda.cache=$here/kernels ${JOT_JAVA_OPTIONS:-}"
  if [ -d "$here/cuda" ]; then
    export CUDA_HOME=$here/cuda
  fi
  if command -v nvidia-smi >/dev/null; then
    nvidia-smi 2>&1 | tee "$out/nvidia-smi.txt" || true
  else
    echo "nvidia-smi is not on the path" | tee "$out/nvidia-smi.txt"
  fi
  "$jot" doctor 2>&1 | tee "$out/doctor.txt" || true
  "$jot" doctor --json >"$out/doctor.json" || true
  "$jot" selftest --backend cuda 2>&1 | tee "$out/selftest.txt" || status=$?
  if [ "$status" != 2 ]; then
    "$jot" selftest --backend cuda --json | tee "$out/selftest.json" || true
  fi
  echo "written to $out"
  exit "$status"
}

case ${1:-} in
  pack)
    [ $# = 2 ] || fail "pack takes the file to write: gpu-check.sh pack FILE.tar.gz"
    pack "$2"
    ;;
  -*) fail "unknown option $1; see the head of this script" ;;
  *) check "${1:-$here/results}" ;;
esac
