#!/usr/bin/env bash
# `make up`: from nothing to a bot that answers. Every step is skipped where its result is already there.
# Takes from the Makefile: CLUSTER, NAMESPACE, CACHE, TARGET, IMAGES, KUBECONFIG (local) and a path with kubectl and helm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
CLUSTER=${CLUSTER:-local} NAMESPACE=${NAMESPACE:-ubermench} RELEASE=${RELEASE:-ubermench}
step() { echo "[$((SECONDS / 60))m$((SECONDS % 60))s] $*"; }

if [ "$CLUSTER" = local ]; then
  "$here/can-run.sh"
  step "packages"; "$here/install.sh"
  step "Kubernetes"; "$here/up.sh"
  step "programs"; (cd "$root" && cargo build --workspace --all-targets --locked)
  step "images"; "$here/images.sh"
  image() { sed -nE "s/.*\"$1\": \"([^\"]+)\".*/\1/p" "$IMAGES"; }
else
  step "Kubernetes of the context $(kubectl config current-context)"
  # Images by name: any registry that the cluster can pull from.
  image() { local variable=${1^^}_IMAGE; [ -n "${!variable:-}" ] || { echo "$variable: set it to the image's name" >&2; exit 1; }; echo "${!variable}"; }
fi
operator=$(image operator) bot=$(image bot) simulator=$(image simulator) postgres=$(image postgres) redis=$(image redis)

step "chart"
helm upgrade --install "$RELEASE" "$root/charts/ubermench" --namespace "$NAMESPACE" --create-namespace \
  --values "$root/charts/ubermench/values-local.yaml" --wait --timeout 5m \
  --set-string image="$operator" --set-string local.postgres.image="$postgres" \
  --set-string local.redis.image="$redis" --set-string local.simulator.image="$simulator" >/dev/null

step "sample resource"
sed "s|^  image: .*|  image: $bot|" "$root/charts/samples/handy.yaml" | kubectl apply --namespace "$NAMESPACE" -f -
kubectl wait --namespace "$NAMESPACE" ubd/handy --for=condition=Ready --timeout=180s >/dev/null || {
  kubectl describe --namespace "$NAMESPACE" ubd/handy; exit 1; }
kubectl get --namespace "$NAMESPACE" ubd
step "ready"
if [ "$CLUSTER" = local ]; then
  echo
  echo "  phones to type on   http://127.0.0.1:30090/"
  bot=http://$(kubectl get --namespace "$NAMESPACE" service handy -o jsonpath='{.spec.clusterIP}')
  echo "  the dashboard       $bot/admin   (admin, $(kubectl get --namespace "$NAMESPACE" secret handy-admin -o jsonpath='{.data.password}' | base64 -d))"
  echo "  the bot's health    $bot/health"
  echo
  echo "  to look around: export KUBECONFIG=$KUBECONFIG PATH=$CACHE/cluster/bin:\$PATH; kubectl -n $NAMESPACE get ubd"
fi
