#!/usr/bin/env bash
# `make coverage`: which lines the tests of the bot run, as a report in target/coverage, and fails below the
# thresholds: 90 % of the pure part (domain, conversation, whatsapp), 80 % of the bot.
# Uses the llvm tools of Debian that belong to this compiler.
set -euo pipefail
cd "$(dirname "$0")/../.."
major=$(rustc --version --verbose | sed -nE 's/^LLVM version: ([0-9]+).*/\1/p')
bin=/usr/lib/llvm-$major/bin
if [ ! -x "$bin/llvm-cov" ]; then
  [ "$(id -u)" = 0 ] || { echo "llvm-$major is missing: install it (apt-get install llvm-$major)" >&2; exit 1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "llvm-$major" >/dev/null
fi
export LLVM_COV=$bin/llvm-cov LLVM_PROFDATA=$bin/llvm-profdata
export PATH=$CACHE/tools/bin:$PATH
[ -x "$CACHE/tools/bin/cargo-llvm-cov" ] || cargo install --quiet --locked --root "$CACHE/tools" --target-dir "$CACHE/tools/target" cargo-llvm-cov@0.9.1
tests/cluster/install.sh
report=target/coverage
mkdir -p "$report"
# A target folder of its own: instrumented programs are others.
export CARGO_TARGET_DIR=$CACHE/coverage
cargo llvm-cov --locked --quiet --no-report -p ubermench-bot --lib --bins --test it
elsewhere='/(simulator|crds|tests)/|/\.cargo/|/tests\.rs$|/rustc/'
edges='bot/src/(admin|app|cli|config|graph|http|main|metrics|pod|redis|store|telemetry|worker)'
cargo llvm-cov report --html --output-dir "$report" --ignore-filename-regex "$elsewhere"
lines() { # NAME LEAST IGNORED
  local found; found=$(cargo llvm-cov report --summary-only --ignore-filename-regex "$3" | awk '$1 == "TOTAL" {print $10}')
  echo "$1: $found of lines, at least $2 %"
  awk -v found="${found%\%}" -v least="$2" 'BEGIN {exit found < least}' || { echo "  too little" >&2; failed=1; }
}
failed=0
lines "pure part" 90 "$elsewhere|$edges"
lines "bot" 80 "$elsewhere"
exit $failed
