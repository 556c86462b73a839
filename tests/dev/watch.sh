#!/usr/bin/env bash
# `make watch`: re-runs the tests that a change touches. A file of a crate runs the tests of its module there; a test
# file runs itself; a migration runs those against PostgreSQL. Ctrl-C ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
stamp=$(mktemp)
trap 'rm -f "$stamp"' EXIT
trap 'exit 0' INT TERM

touched() { # FILE: the arguments of `cargo test` for it
  local file=$1 module
  case $file in
    migrations/*) echo "-p ubermench-bot --test it" ;;
    bot/tests/it/acceptance/*) echo "-p ubermench-bot --test it acceptance::$(basename "$file" .rs)::" ;;
    bot/tests/it/*) module=$(basename "$file" .rs); echo "-p ubermench-bot --test it ${module/#main/}" ;;
    bot/tests/*) echo "-p ubermench-bot --test $(basename "$file" .rs)" ;;
    bot/src/* | simulator/src/* | operator/src/* | crds/src/*)
      module=${file#*/src/}; module=${module%.rs}; module=${module%/tests}; module=${module//\//::}
      case $module in lib | main) module= ;; esac
      echo "-p ubermench-${file%%/*} --lib $module" ;;
    simulator/*) echo "-p ubermench-simulator" ;;
  esac
}
echo "waiting for changes"
while :; do
  touch "$stamp"
  until changed=$(find bot simulator operator crds migrations -type f \( -name '*.rs' -o -name '*.sql' -o -name '*.js' -o -name '*.css' \) -newer "$stamp") && [ -n "$changed" ]; do sleep 1; done
  touch "$stamp"
  while read -r file; do touched "$file"; done <<< "$changed" | sort -u | while read -r arguments; do
    echo "== cargo test $arguments"
    # Words of their own, on purpose.
    # shellcheck disable=SC2086
    cargo test --locked --quiet $arguments || true
  done
done
