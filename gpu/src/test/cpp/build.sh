#!/usr/bin/env bash
# Builds the emulator as a folder that looks like a CUDA toolkit's: build.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
library=$out/lib/libjot-cuda-emulator.so
if [ -f "$library" ] && [ -z "$(find "$here" -newer "$library" -print -quit)" ]; then
  exit 0
fi
if ! command -v g++ >/dev/null || ! echo '#include <cblas.h>' | g++ -fsyntax-only -x c++ - 2>/dev/null; then
  echo "emulator: needs g++ and OpenBLAS: apt-get install g++ libopenblas-dev" >&2
  exit 1
fi
rm -rf "$out"
mkdir -p "$out/lib" "$out/compat" "$out/include"
cp "$here/cuda_on_cpu.h" "$out/include"
g++ -std=c++17 -O2 -g -Wall -Wextra -Werror -fPIC -fvisibility=default -shared \
  -Wl,-soname,libjot-cuda-emulator.so -o "$library" "$here"/*.cpp -lopenblas -ldl
for name in libcudart.so.13 libcublas.so.13 libcublasLt.so.13 libcusolver.so.12 libnvrtc.so.13; do
  ln -s libjot-cuda-emulator.so "$out/lib/$name"
done
ln -s ../lib/libjot-cuda-emulator.so "$out/compat/libcuda.so.1"
