#!/usr/bin/env bash
# `make dev`: bot and simulator as plain processes over a throw-away PostgreSQL and Redis, without Kubernetes, and
# without root where the packages are there. Builds and restarts them when a source file changes; Ctrl-C ends all.
set -euo pipefail
cd "$(dirname "$0")/../.."
HTTP_PORT=${HTTP_PORT:-8080} SIMULATOR_PORT=${SIMULATOR_PORT:-8090}
for program in redis-server psql; do
  command -v "$program" >/dev/null || { echo "$program is missing; tests/cluster/install.sh installs it (as root)" >&2; exit 1; }
done

stamp=$(mktemp)
running=() helper=
stop() {
  # Without names, wait would wait for the servers too.
  [ ${#running[@]} -gt 0 ] || return 0
  kill "${running[@]}" 2>/dev/null || true
  wait "${running[@]}" 2>/dev/null || true
  running=()
}
drop() { # PID: ends a build with its compilers; one that went on would spoil what the next build makes
  local pid children=()
  kill -STOP "$1" 2>/dev/null || return 0
  mapfile -t children < <(pgrep -P "$1")
  kill -KILL "$1" "${children[@]}" 2>/dev/null || true
  for pid in "${children[@]}"; do while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; done
}
end() {
  trap '' INT TERM
  [ -z "$helper" ] || drop "$helper"
  stop
  rm -f "$stamp"
  # The servers end when their standard input does: with this shell, however it ends. What they leave is removed by then.
  if [ -n "${servers_PID:-}" ]; then
    local pid=$servers_PID to=${servers[1]}
    exec {to}>&-
    wait "$pid" || true
  fi
}
trap end EXIT
trap 'exit 0' INT TERM
# A signal is heard at once while something in the background is waited for, and only afterwards otherwise.
patiently() { local status=0; "$@" & helper=$!; wait "$helper" || status=$?; helper=; return "$status"; }
changed() { find bot/src simulator crds/src migrations -type f -newer "$stamp" "$@"; }

coproc servers { exec bot/tests/it/servers.sh; }
read -r DATABASE_URL REDIS_URL <&"${servers[0]}" || { echo "PostgreSQL and Redis did not start" >&2; exit 1; }
export DATABASE_URL REDIS_URL HTTP_PORT SIMULATOR_PORT
export BIND_ADDRESS=127.0.0.1 METRICS_PORT=${METRICS_PORT:-9090} LOG_FORMAT=${LOG_FORMAT:-pretty} BOT_LANGUAGE=${BOT_LANGUAGE:-en}
export WHATSAPP_API_URL=http://127.0.0.1:$SIMULATOR_PORT WHATSAPP_PHONE_NUMBER_ID=106540352242922
export WHATSAPP_ACCESS_TOKEN=dev-access-token WHATSAPP_VERIFY_TOKEN=dev-verify-token WHATSAPP_APP_SECRET=dev-app-secret
export ACCESS_TOKEN=$WHATSAPP_ACCESS_TOKEN VERIFY_TOKEN=$WHATSAPP_VERIFY_TOKEN APP_SECRET=$WHATSAPP_APP_SECRET
export WEBHOOK_URL=http://127.0.0.1:$HTTP_PORT/api/webhook PHONE_NUMBER_ID=$WHATSAPP_PHONE_NUMBER_ID
export ADMIN_USERNAME=admin ADMIN_PASSWORD=${ADMIN_PASSWORD:-admin-of-this-desk} ADMIN_TOKEN_SECRET=a-secret-for-the-desk-only-00000000 SHUTDOWN_DELAY_SECONDS=0
# Who plays all roles by hand is quicker than anybody on a phone.
export RATE_LIMIT_PER_MINUTE=${RATE_LIMIT_PER_MINUTE:-60} RATE_LIMIT_PER_HOUR=${RATE_LIMIT_PER_HOUR:-1000}

start() {
  "$TARGET/ubermench-simulator" serve & running+=($!)
  if ! { "$TARGET/ubermench-bot" migrate >/dev/null && "$TARGET/ubermench-bot" demo-data; }; then
    echo "the database is not ready for this build; a migration that was applied and changed since needs a new start" >&2
  fi
  "$TARGET/ubermench-bot" serve & running+=($!)
  echo
  echo "  phones to type on   http://127.0.0.1:$SIMULATOR_PORT/"
  echo "  dashboard           http://127.0.0.1:$HTTP_PORT/admin   ($ADMIN_USERNAME, $ADMIN_PASSWORD)"
  echo
}
echo "building; the first time takes some minutes"
while :; do
  touch "$stamp"
  if patiently cargo build -p ubermench-bot -p ubermench-simulator --bins --locked --quiet; then
    # What is saved may be a test.
    if [ ${#running[@]} -eq 0 ] || [ "$TARGET/ubermench-bot" -nt "$stamp" ] || [ "$TARGET/ubermench-simulator" -nt "$stamp" ]; then
      stop
      start
    else
      echo "the same programs; they go on"
    fi
  else
    echo "not built; the former programs go on"
  fi
  until [ -n "$(changed -print -quit)" ]; do patiently sleep 1; done
  echo "changed, building: $(changed | head -3 | tr '\n' ' ')"
done
