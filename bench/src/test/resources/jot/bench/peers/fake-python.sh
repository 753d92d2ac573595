#!/bin/sh
# Stands for a Python in tests, in the place of `python driver.py LIBRARY THREADS` and `python cold_pot.py ...`.
# Its libraries behave: pot well, torch is not installed, ott never answers, geomloss dies, regot speaks nonsense.
# A plan for every problem lies beside this script.
here=$(dirname "$0")
case $1 in
  *cold_pot.py)
    cp "$here/plan.npy" "$7"
    exit 0
    ;;
esac

case $2 in
  torch)
    printf "missing\tModuleNotFoundError: No module named 'torch'\n"
    exit 0
    ;;
esac
printf 'ready\t1.2.3\n'
while read -r request; do
  case $request in
    *'"do": "solvers"'*) printf 'solvers\tplain\tbroken\n' ;;
    *'"solver": "broken"'*) printf 'failed\tValueError: not today\n' ;;
    *'"do": "prepare"'*)
      case $2 in
        ott) sleep 60 ;;
        geomloss)
          echo 'Segmentation fault in a kernel' >&2
          exit 7
          ;;
        regot) echo 'Loading, please wait' ;;
        *)
          iterations=$(printf '%s' "$request" | sed 's/.*"iterations": \([0-9]*\).*/\1/')
          printf 'prepared\t0.5\t%s\n' "$iterations"
          ;;
      esac
      ;;
    *'"do": "run"'*'"id": 0'* | *'"id": 0'*'"do": "run"'*) printf 'times\t0.010\t0.012\t0.011\n' ;;
    *'"do": "run"'*) printf 'times\t0.060\t0.062\t0.061\n' ;;
    *'"do": "result"'*)
      cp "$here/plan.npy" "$(printf '%s' "$request" | sed 's/.*"file": "\([^"]*\)".*/\1/')"
      printf 'ok\n'
      ;;
    *) printf 'ok\n' ;;
  esac
done
