#!/usr/bin/env bash
# Makes the Java sources of this module again: generate.sh JEXTRACT CUDA_INCLUDE
#
# JEXTRACT is the jextract command, CUDA_INCLUDE a folder with cuda.h, cuda_runtime_api.h,
# cublas_v2.h, cusolverDn.h, nvrtc.h and crt/. README.md beside this file says where both come from.
set -euo pipefail
if [ $# -ne 2 ] || [ ! -f "$2/cuda_runtime_api.h" ]; then
  echo "usage: generate.sh JEXTRACT CUDA_INCLUDE   (CUDA_INCLUDE holds cuda_runtime_api.h)" >&2
  exit 2
fi
jextract=$1
include=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/src/main/java

# library, header, and the name of the class that holds the functions
while read -r library header class; do
  folder=$out/jot/bindings/$library
  rm -rf "$folder"
  "$jextract" --output "$out" --target-package "jot.bindings.$library" --header-class-name "$class" \
    --include-dir "$include" "@$here/filters/$library.args" "$include/$header"

  # The one rewrite: the symbols of a library that is chosen when the program runs. jextract looks
  # them up in the class loader's libraries; here they come from jot.bindings.library.Libraries.
  sed -i -z -E 's|(SYMBOL_LOOKUP = )[^;]*;|\1jot.bindings.library.Libraries.lookup("'"$library"'");|' \
    "$folder"/*.java
  if ! grep -q "Libraries.lookup(\"$library\")" "$folder"/*.java; then
    echo "generate.sh: jextract wrote no SYMBOL_LOOKUP that could be rewritten for $library" >&2
    exit 1
  fi
done <<LIBRARIES
cudart cuda_runtime_api.h Cudart
driver cuda.h Driver
cublas cublas_v2.h Cublas
cusolver cusolverDn.h Cusolver
nvrtc nvrtc.h Nvrtc
LIBRARIES
