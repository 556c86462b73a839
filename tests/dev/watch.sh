#!/usr/bin/env bash
# `make watch`: re-runs the tests that a change touches. What is pure runs the tests of its part of the crate, what
# talks to a database or to Meta also those against real servers, a test file runs itself. Ctrl-C ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 0' INT TERM
# Minutes long, and for `make it`.
servers="-p ubermench-bot --test it -- --skip chaos:: --skip browser::"

touched() { # FILE: the arguments of `cargo test` for it, one run a line
  local file=$1 part
  case $file in
    docs/conversation.md) echo "-p ubermench-bot --lib conversation::tests::table::" ;;
    migrations/* | bot/tests/it/harness* | bot/tests/it/main.rs) echo "$servers" ;;
    bot/tests/it/*)
      part=${file#bot/tests/it/} part=${part%.rs}
      # What has no tests is there for those beside it.
      grep -qE '^ *#\[(tokio::)?test\b' "$file" || part=${part%/*}
      echo "-p ubermench-bot --test it ${part//\//::}::" ;;
    bot/tests/*.rs) echo "-p ubermench-bot --test $(basename "$file" .rs)" ;;
    bot/src/*)
      part=${file#bot/src/} part=${part%%/*} part=${part%.rs}
      case $part in lib | main) part= ;; esac
      echo "-p ubermench-bot --lib $part::"
      case $file in
        bot/src/admin* | bot/src/http/admin* | bot/src/store/admin*) echo "-p ubermench-bot --test it admin::" ;;
        bot/src/store* | bot/src/worker* | bot/src/http* | bot/src/graph* | bot/src/redis* | bot/src/app*) echo "$servers" ;;
      esac ;;
    operator/src/* | crds/src/*)
      part=${file#*/src/} part=${part%%/*} part=${part%.rs}
      echo "-p ubermench-${file%%/*} --lib $part::" ;;
    operator/tests/*.rs | crds/tests/*.rs) echo "-p ubermench-${file%%/*} --test $(basename "$file" .rs)" ;;
    simulator/*) echo "-p ubermench-simulator" ;;
  esac
}

touch "$work/since"
echo "waiting for changes"
while :; do
  # What is saved while tests run is newer than this, and next.
  touch "$work/now"
  changed=$(find bot simulator operator crds migrations docs/conversation.md -type f \( -name '*.rs' -o -name '*.sql' -o -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.md' \) -newer "$work/since" 2>/dev/null) || true
  if [ -z "$changed" ]; then sleep 1; continue; fi
  touch -r "$work/now" "$work/since"
  while read -r file; do [ ! -e "$file" ] || touched "$file"; done <<< "$changed" | sort -u > "$work/runs"
  while read -r arguments; do
    echo "== cargo test $arguments"
    # Words of their own, on purpose.
    # shellcheck disable=SC2086
    cargo test --locked --quiet $arguments < /dev/null || true
  done < "$work/runs"
  echo "waiting for changes"
done
