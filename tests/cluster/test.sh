#!/usr/bin/env bash
# `make test`: all tests. What needs no container runs everywhere; the rest on the local Kubernetes, which is removed
# again unless it was there before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
cd "$root"
step() { echo "== [$((SECONDS / 60))m$((SECONDS % 60))s] $*"; }
step "packages"; "$here/install.sh"
step "programs"; cargo build --workspace --all-targets --locked
step "unit tests"; make --no-print-directory unit
step "integration tests: PostgreSQL and Redis"; make --no-print-directory it
if ! "$here/can-run.sh"; then exit 0; fi
if ! "$here/status.sh" >/dev/null 2>&1; then trap '"$here/down.sh"' EXIT; fi
step "local Kubernetes"; "$here/deploy.sh"
step "scenarios on pods"; make --no-print-directory e2e
step "all passed"
