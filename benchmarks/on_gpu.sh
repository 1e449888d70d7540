#!/usr/bin/env bash
# All that needs a GPU, in at most eight minutes on one: the tests, the commands and the figures.
#
#   benchmarks/on_gpu.sh FOLDER [--quick] [--dry-run]
#
# Each step's output goes to a file in FOLDER, with records (.json) and pictures (.svg) beside it.
# A step that fails or finds no time is named at the end, and makes the exit code 1. Nothing is
# installed and no network is used: the python of PATH runs this checkout, and what it lacks is told.
#
#   DEVICE=cpu MODELS=lenet5 benchmarks/on_gpu.sh FOLDER --quick     tries the script without a GPU
#   BUDGET_S=480 PYTHON=python3, and SLOWER=3 for three times as long a step: the defaults
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
folder= quick= dry=
for word in "$@"; do
  case $word in
    --quick) quick=yes ;;
    --dry-run) dry=yes ;;
    -*) echo "unknown option: $word; there are --quick and --dry-run" >&2; exit 2 ;;
    *) folder=$word ;;
  esac
done
[ -n "$folder" ] || { echo "usage: $0 FOLDER [--quick] [--dry-run]" >&2; exit 2; }
mkdir -p "$folder" || exit 2
folder=$(cd "$folder" && pwd)

python=${PYTHON:-$(command -v python3 || echo python)}
device=${DEVICE:-cuda}
budget=${BUDGET_S:-480}
models=${MODELS:-torchvision/alexnet torchvision/resnet50}
export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1
cd "$root" || exit 2

batches=1,32,256 seconds=0.8 dtypes=float32,tf32,bfloat16,float16 modes=eager,graph compile=compile
[ -z "$quick" ] || { batches=1,32 seconds=0.4 dtypes=float32,bfloat16; }
case $device in
  cuda*) ;;
  *) dtypes=float32 modes=eager compile= ;;  # what every device has
esac

number=0 failed=
say() { printf '%s\n' "$*" | tee -a "$folder/summary.txt"; }
: > "$folder/summary.txt"

# step NAME SECONDS COMMAND…: run it, its output in a file, for as long as it may take
step() {
  local name=$1 most=$(($2 * ${SLOWER:-1})) left=$((budget - SECONDS)) code=0 start=$SECONDS file
  shift 2
  number=$((number + 1))
  file=$(printf '%s/%02d-%s.txt' "$folder" "$number" "$name")
  if [ -n "$dry" ]; then
    say "$name ($most s): $*"
    return
  fi
  [ "$left" -ge "$most" ] || most=$left
  if [ "$left" -lt 10 ]; then
    code=no-time
  else
    timeout -s INT -k 10 "$most" "$@" > "$file" 2>&1 < /dev/null || code=$?
  fi
  case $code in
    0) say "ok      $name ($((SECONDS - start)) s)" ;;
    no-time) say "no time $name: none was left of $budget s"; failed="$failed $name" ;;
    124 | 137) say "slow    $name: more than $most s; see $file"; failed="$failed $name" ;;
    *) say "FAILED  $name: exit code $code; see $file"; tail -n 3 "$file"; failed="$failed $name" ;;
  esac
}

archstat() { step "$1" "$2" "$python" -m archstat "${@:3}"; }

# bench NAME SECONDS MODEL…: a record, a picture and a page of figures
bench() {
  archstat "$1" "$2" bench --device "$device" -o "$folder/$1.json" -o "$folder/$1.svg" \
    -o "$folder/$1.md" "${@:3}"
}

has() { "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$1') is None)"; }
for package in torch torchvision typer rich pytest hypothesis torchinfo fvcore pynvml; do
  has $package || say "missing $package"
done
has typer && has rich && has torch || { say "archstat cannot run without these"; exit 1; }

step machine 60 "$python" -c "
import platform, torch
print('python', platform.python_version(), 'torch', torch.__version__, 'cuda', torch.version.cuda)
from archstat.devices import every_device
for each in every_device(torch):
    print(each.name, each.environment(), 'free bytes', each.free_bytes())"
[ -n "$dry" ] || cat "$folder/01-machine.txt"

name_of() { basename "$1" .py; }
first=${models%% *}
for model in $models; do
  bench "$(name_of "$model")" 110 "$model" --dtype "$dtypes" --mode "$modes" --batch "$batches" \
    --processes 1 --seconds "$seconds"
done
one=(--dtype "${dtypes##*,}" --mode "${modes##*,}" --batch 32 --processes 2 --seconds 2)
bench twice-first 60 "$first" "${one[@]}"
bench twice-again 60 "$first" "${one[@]}" --vs "$folder/twice-first.json"
for model in $models; do
  bench "layers-$(name_of "$model")" 90 "$model" --dtype "${dtypes##*,}" --batch 32 --layers \
    --processes 1 --seconds 1
done
archstat table 45 table "$first" --device "$device"
archstat table-spec 45 table paper-alexnet --device "$device"
archstat train 45 table "$first" --train --device "$device"
if has torchinfo && has fvcore; then
  archstat verify 60 verify paper-alexnet --device "$device"
else
  say "left out: verify, which needs torchinfo and fvcore"
fi
if has pytest && has hypothesis; then
  mapfile -t files < <(grep -rl "mark\.cuda" tests)
  step tests 150 "$python" -m pytest -q -m cuda -p no:cacheprovider "${files[@]}"
else
  say "left out: the tests, which need pytest and hypothesis"
fi
if [ -n "$compile" ]; then
  bench "compile-$(name_of "$first")" 110 "$first" --dtype "$dtypes" --mode compile \
    --batch "$batches" --processes 1 --seconds "$seconds"
  for model in ${models#"$first"}; do
    for dtype in $(echo "$dtypes" | tr , '\n' | tac); do  # one by one: what is done is kept
      bench "compile-$(name_of "$model")-$dtype" 110 "$model" --dtype "$dtype" --mode compile \
        --batch "$batches" --processes 1 --seconds "$seconds"
    done
  done
fi

say "$SECONDS s in all; results in $folder"
if [ -n "$failed" ]; then
  say "not done:$failed"
  exit 1
fi
