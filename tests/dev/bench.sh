#!/usr/bin/env bash
# `make bench`: speed and cost of the release build beside the prototype's figures, on stores of its own; about four
# minutes a run. BENCH_RUNS (3) runs, of which medians are shown; BENCH_FULL=1 also with a million stored messages;
# BENCH_ONLY="start talk burst open kill rules history" picks groups. Fails only when an accepted message is lost.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/cluster/install.sh
cargo build --locked --quiet --release -p ubermench-bot
cargo build --locked --quiet -p ubermench-tests --bin bench-bot
target=${CARGO_TARGET_DIR:-target}
export BENCH_BOT=$target/release/ubermench-bot
exec "$target/debug/bench-bot"
