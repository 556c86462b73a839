#!/usr/bin/env bash
# Starts a PostgreSQL and a Redis on free ports, prints their addresses, and ends both, leaving
# nothing behind, once standard input is closed: that is when the tests are over, however they end.
# Meanwhile it takes orders, one a line, and answers each: `kill` or `start`, then `postgres` or `redis`.
# With DURABLE=1 what is committed is on disk, as in production; POSTGRES_OPTIONS are further ones.
set -euo pipefail
PATH=$PATH$(printf ':%s' /usr/lib/postgresql/*/bin)
work=$(mktemp -d)
data=$work/data
# PostgreSQL refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work"
  install -d -o postgres "$data" "$work/socket"
  as_user=(runuser -u postgres --)
else
  mkdir "$data" "$work/socket"
fi
durability="-c fsync=off"
[ "${DURABLE:-}" != 1 ] || durability="-c fsync=on -c synchronous_commit=on"
redis=
stop() {
  [ ! -e "$data/postmaster.pid" ] || "${as_user[@]}" "$(command -v pg_ctl)" -D "$data" -m immediate stop >/dev/null || true
  [ -z "$redis" ] || kill "$redis" || true
  cd /
  rm -rf "$work"
}
trap stop EXIT
cd "$work"
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}
"${as_user[@]}" "$(command -v initdb)" -D "$data" -A trust -U postgres --no-sync >/dev/null
port=$(free_port)
start_postgres() {
  "${as_user[@]}" "$(command -v pg_ctl)" -D "$data" -w -l "$data/log" \
    -o "-p $port -k $work/socket -c listen_addresses=127.0.0.1 -c max_connections=400 $durability ${POSTGRES_OPTIONS:-}" start >/dev/null
}
kill_postgres() {
  local main
  read -r main <"$data/postmaster.pid"
  # Its children are its only by their parent: each leads a group of its own.
  mapfile -t children < <(pgrep -P "$main")
  kill -KILL "$main" "${children[@]}" || true
}
redis_port=$(free_port)
start_redis() {
  redis-server --port "$redis_port" --bind 127.0.0.1 --databases 4096 --save '' --appendonly no >/dev/null &
  redis=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$redis_port") 2>/dev/null; do kill -0 "$redis"; sleep 0.05; done
}
kill_redis() {
  kill -KILL "$redis"
  wait "$redis" || true
  redis=
}
start_postgres
start_redis
echo "postgres://postgres@127.0.0.1:$port/postgres redis://127.0.0.1:$redis_port"
while read -r what which; do
  case "$what $which" in
    'kill postgres') kill_postgres ;;
    # Its memory is free again once the last child is gone; until then it complains.
    'start postgres') until start_postgres 2>/dev/null; do sleep 0.1; done ;;
    'kill redis') kill_redis ;;
    'start redis') start_redis ;;
    *) echo "no such order: $what $which" >&2; exit 1 ;;
  esac
  echo done
done
