#!/usr/bin/env bash
# `make dev`: bot and simulator as plain processes over a throw-away PostgreSQL and Redis, without Kubernetes, and
# without root where the packages are there. Builds and restarts them when a source file changes; Ctrl-C ends all.
set -euo pipefail
cd "$(dirname "$0")/../.."
HTTP_PORT=${HTTP_PORT:-8080} SIMULATOR_PORT=${SIMULATOR_PORT:-8090}
for program in redis-server psql; do
  command -v "$program" >/dev/null || { echo "$program is missing; tests/cluster/install.sh installs it (as root)" >&2; exit 1; }
done

# The servers end when their standard input does: with this shell, however it ends.
coproc servers { exec bot/tests/it/servers.sh; }
read -r DATABASE_URL REDIS_URL <&"${servers[0]}" || { echo "PostgreSQL and Redis did not start" >&2; exit 1; }
export DATABASE_URL REDIS_URL HTTP_PORT SIMULATOR_PORT
export BIND_ADDRESS=127.0.0.1 METRICS_PORT=${METRICS_PORT:-9090} LOG_FORMAT=${LOG_FORMAT:-pretty} BOT_LANGUAGE=${BOT_LANGUAGE:-en}
export WHATSAPP_API_URL=http://127.0.0.1:$SIMULATOR_PORT WHATSAPP_PHONE_NUMBER_ID=106540352242922
export WHATSAPP_ACCESS_TOKEN=dev-access-token WHATSAPP_VERIFY_TOKEN=dev-verify-token WHATSAPP_APP_SECRET=dev-app-secret
export ACCESS_TOKEN=$WHATSAPP_ACCESS_TOKEN VERIFY_TOKEN=$WHATSAPP_VERIFY_TOKEN APP_SECRET=$WHATSAPP_APP_SECRET
export WEBHOOK_URL=http://127.0.0.1:$HTTP_PORT/api/webhook PHONE_NUMBER_ID=$WHATSAPP_PHONE_NUMBER_ID
export ADMIN_USERNAME=admin ADMIN_PASSWORD=${ADMIN_PASSWORD:-admin-of-this-desk} ADMIN_TOKEN_SECRET=a-secret-for-the-desk-only-00000000 SHUTDOWN_DELAY_SECONDS=0

running=()
stop() {
  # Without names, wait would wait for the servers too.
  [ ${#running[@]} -gt 0 ] || return 0
  kill "${running[@]}" 2>/dev/null || true
  wait "${running[@]}" 2>/dev/null || true
  running=()
}
trap 'stop; exit 0' INT TERM
trap stop EXIT
start() {
  "$TARGET/ubermench-simulator" serve & running+=($!)
  "$TARGET/ubermench-bot" migrate >/dev/null && "$TARGET/ubermench-bot" demo-data
  "$TARGET/ubermench-bot" serve & running+=($!)
  echo
  echo "  phones to type on   http://127.0.0.1:$SIMULATOR_PORT/"
  echo "  dashboard           http://127.0.0.1:$HTTP_PORT/admin   ($ADMIN_USERNAME, $ADMIN_PASSWORD)"
  echo
}
stamp=$(mktemp)
while :; do
  touch "$stamp"
  if cargo build -p ubermench-bot -p ubermench-simulator --bins --locked --quiet; then stop; start; else echo "not built; the former programs go on"; fi
  until [ -n "$(find bot/src simulator crds/src migrations -type f -newer "$stamp" -print -quit)" ]; do sleep 1; done
  echo "changed: $(find bot/src simulator migrations -type f -newer "$stamp" | head -3 | tr '\n' ' ')"
done
