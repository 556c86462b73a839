#!/usr/bin/env bash
# `make coverage`: which lines the tests of the bot run, as a report in target/coverage, and fails below the
# thresholds: 90 % of the pure part (domain, conversation, whatsapp), 80 % of the bot.
# Uses the llvm tools that rustup gave this compiler (`rustup component add llvm-tools`), else Debian's of the same
# version.
set -euo pipefail
cd "$(dirname "$0")/../.."
major=$(rustc --version --verbose | sed -nE 's/^LLVM version: ([0-9]+).*/\1/p')
own=$(rustc --print target-libdir)/../bin
if [ -x "$own/llvm-cov" ]; then
  export LLVM_COV=$own/llvm-cov LLVM_PROFDATA=$own/llvm-profdata
else
  if ! command -v "llvm-cov-$major" >/dev/null; then
    advice="llvm-$major is missing: rustup component add llvm-tools, or apt-get install llvm-$major"
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo "$advice" >&2; exit 1; }
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "llvm-$major" >/dev/null; } ||
      { echo "$advice" >&2; exit 1; }
  fi
  LLVM_COV=$(command -v "llvm-cov-$major") LLVM_PROFDATA=$(command -v "llvm-profdata-$major")
  export LLVM_COV LLVM_PROFDATA
fi
export PATH=$CACHE/tools/bin:$PATH
[ -x "$CACHE/tools/bin/cargo-llvm-cov" ] || cargo install --quiet --locked --root "$CACHE/tools" --target-dir "$CACHE/tools/target" cargo-llvm-cov@0.9.1
tests/cluster/install.sh
report=target/coverage
mkdir -p "$report"
# A target folder of its own: instrumented programs are others.
export CARGO_TARGET_DIR=$CACHE/coverage
failed=0
cargo llvm-cov clean --profraw-only
# What a failed test ran counts too, and the report helps to see why.
cargo llvm-cov --locked --quiet --no-report -p ubermench-bot --lib --bins --test it || failed=1
elsewhere='/(simulator|crds|tests)/|/\.cargo/|/tests\.rs$|/rustc/'
edges='bot/src/(admin|app|cli|config|graph|http|main|metrics|pod|redis|store|telemetry|worker)'
cargo llvm-cov report --html --output-dir "$report" --ignore-filename-regex "$elsewhere"
lines() { # NAME LEAST IGNORED
  local found; found=$(cargo llvm-cov report --summary-only --ignore-filename-regex "$3" | awk '$1 == "TOTAL" {print $10}')
  echo "$1: $found of lines, at least $2 %"
  awk -v found="${found%\%}" -v least="$2" 'BEGIN {exit found < least}' || { echo "  too little" >&2; failed=1; }
}
lines "pure part" 90 "$elsewhere|$edges"
lines "bot" 80 "$elsewhere"
exit $failed
