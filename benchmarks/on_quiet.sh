#!/usr/bin/env bash
# What only a quiet machine can tell of its processor, in at most six minutes: its ceilings, whether a second run gives the
# same figure, and what layers apart leave of the whole.
#
#   benchmarks/on_quiet.sh FOLDER
#
# Each step's output goes to a file in FOLDER. The load before is said; a step that found what is not as claimed, or took
# too long, makes the exit code 1. PYTHON=python3 is the default.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1" || exit 2
folder=$(cd "$1" && pwd)
python=${PYTHON:-python3}
export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
cd "$root/benchmarks" || exit 2
failed=

# step NAME SECONDS COMMAND…: run it for as long as it may take, and show what it says at its end
step() {
  local name=$1 most=$2 code=0 start=$SECONDS
  shift 2
  timeout -s INT -k 10 "$most" "$@" > "$folder/$name.txt" 2> "$folder/$name.err" < /dev/null || code=$?
  echo "== $name: exit code $code after $((SECONDS - start)) s (of $most s at most)"
  tail -n 30 "$folder/$name.txt"
  [ $code -eq 0 ] || failed="$failed $name"
}

[ -r /proc/loadavg ] && echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
step ceilings 75 "$python" -m archstat ceilings --device cpu --dtype float32,bfloat16 -o "$folder/ceilings.json"
step shown 15 "$python" -m archstat limit paper-alexnet --batch 32 --on "$folder/ceilings.json"
step repeatability 190 "$python" repeatability.py --runs 20 --minutes 3 --alone
step layer-sums 80 "$python" layer_sums.py --model torchvision/vgg16,torchvision/resnet50 --quick
echo "$SECONDS s in all; results in $folder"
[ -z "$failed" ] || { echo "not as claimed, or not done:$failed"; exit 1; }
