#!/usr/bin/env bash
# The entry point of an external grader's image: /grade is what PrairieLearn mounts.
root=${GRADE:-/grade}
mkdir -p "$root/results"
archstat check "$root/student/homework.md" --against paper-alexnet \
  --format prairielearn -o "$root/results/results.json"
[ -s "$root/results/results.json" ]
