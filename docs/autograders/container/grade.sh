#!/usr/bin/env bash
# Grades a class whose code is run, in a container without a network that may write the results alone:
#   docker build -t archstat docs/autograders/container && grade.sh submissions results --against paper-alexnet
# podman takes the same words: DOCKER=podman.
submissions=$(cd "$1" && pwd) && mkdir -p "$2" && results=$(cd "$2" && pwd) || exit 2
exec "${DOCKER:-docker}" run --rm --network none --read-only --cap-drop ALL \
  --security-opt no-new-privileges --pids-limit 512 --memory 4g --cpus 2 \
  --user "$(id -u):$(id -g)" --tmpfs /tmp:size=512m --env HOME=/tmp \
  --volume "$submissions:/in:ro" --volume "$results:/out" --workdir /tmp \
  archstat grade /in -o /out --run-submitted-code "${@:3}"
