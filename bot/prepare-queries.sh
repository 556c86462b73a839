#!/usr/bin/env bash
# Writes the prepared query data in .sqlx/, which lets builds check SQL without a database.
# Starts a PostgreSQL of its own for the time of the run. With --check it changes nothing and fails
# when .sqlx/ is not what the queries and migrations make of it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
data=$work/data
# Debian keeps the server's programs out of PATH.
PATH=$PATH$(printf ':%s' /usr/lib/postgresql/*/bin)
bin=$(dirname "$(command -v pg_ctl)")
# PostgreSQL refuses to run as root.
as_user=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work"
  install -d -o postgres "$data"
  install -d -o postgres "$work/socket"
  as_user=(runuser -u postgres --)
else
  mkdir "$data" "$work/socket"
fi
stop() {
  [ ! -e "$data/postmaster.pid" ] || "${as_user[@]}" "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

cd / # a folder that the other user may read
"${as_user[@]}" "$(command -v initdb)" -D "$data" -A trust -U postgres --no-sync >/dev/null
"${as_user[@]}" "$bin/pg_ctl" -D "$data" -w -l "$data/log" \
  -o "-c listen_addresses='' -c fsync=off -k $work/socket" start >/dev/null
cd - >/dev/null
for migration in migrations/*.sql; do
  psql -q -v ON_ERROR_STOP=1 -h "$work/socket" -U postgres -1 -f "$migration" postgres
done

mkdir "$work/queries"
# The macros write only while they are compiled.
touch bot/src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$work/queries \
  DATABASE_URL="postgres:///postgres?host=$work/socket&user=postgres" \
  cargo check --quiet --locked -p ubermench-bot --lib

if [ "${1:-}" = --check ]; then
  diff -rq .sqlx "$work/queries" || { echo "run bot/prepare-queries.sh" >&2; exit 1; }
else
  mkdir -p .sqlx
  rm -f .sqlx/query-*.json
  cp "$work"/queries/query-*.json .sqlx/
fi
