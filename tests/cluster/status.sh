#!/usr/bin/env bash
# Says what of the local cluster runs, and what is in it.
set -uo pipefail
STATE=${STATE:-/var/lib/ubermench-cluster}
[ -d "$STATE/pid" ] || { echo "no local cluster (make up starts it)"; exit 1; }
for f in "$STATE"/pid/*; do
  name=$(basename "$f")
  if kill -0 "$(cat "$f")" 2>/dev/null; then state=running; else state=stopped; fi
  printf '%-26s %s\n' "$name" "$state"
done
kubectl=${CACHE:-$HOME/.cache/ubermench}/cluster/bin/kubectl
"$kubectl" --kubeconfig "$STATE/etc/admin.conf" get node,ubd,pod --all-namespaces
