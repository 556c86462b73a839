#!/bin/sh
# First process of the PostgreSQL image: makes the database cluster on the first start, then runs the server.
#
#   POSTGRES_PASSWORD   password of the superuser `postgres`; required
#   APP_USER            optional: a role without special rights, with a database of the same name
#   APP_PASSWORD        its password; required with APP_USER
#
# Roles and passwords are brought up to the environment at every start, before the server listens. Data is in
# /data/postgres: a folder of its own, since PostgreSQL wants to own it and a volume belongs to root.
set -eu
: "${POSTGRES_PASSWORD:?set it to the password of the superuser}"
[ -z "${APP_USER:-}" ] || : "${APP_PASSWORD:?set it to the password of APP_USER}"
bin=$(echo /usr/lib/postgresql/*/bin)
data=/data/postgres
umask 0077

if [ ! -e "$data/PG_VERSION" ]; then
  # Made beside and moved into place: one that was cut off is never taken for a whole one.
  rm -rf "$data.part"
  "$bin/initdb" --pgdata="$data.part" --username=postgres --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >> "$data.part/pg_hba.conf"
  mv "$data.part" "$data"
fi
# What a killed server left; this container runs no other.
rm -f "$data/postmaster.pid"

quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }
named() { printf '"%s"' "$(printf %s "$1" | sed 's/"/""/g')"; }
single() { # DATABASE: runs the statements of its input, one a line, without a server
  "$bin/postgres" --single -D "$data" "$1" >/dev/null
}
if [ -n "${APP_USER:-}" ] && [ ! -e "$data/app-role" ]; then
  # The mark comes last, and what is repeated after a kill between them only complains.
  { echo "create role $(named "$APP_USER") login"
    echo "create database $(named "$APP_USER") owner $(named "$APP_USER")"; } | single postgres
  : > "$data/app-role"
fi
{ echo "alter role postgres password $(quoted "$POSTGRES_PASSWORD")"
  [ -z "${APP_USER:-}" ] || echo "alter role $(named "$APP_USER") password $(quoted "$APP_PASSWORD")"; } | single postgres

"$bin/postgres" -D "$data" -k /tmp -c listen_addresses='*' -c max_connections=200 -c jit=off &
server=$!
# SIGTERM would make PostgreSQL wait until its clients leave by themselves; SIGINT ends them.
trap 'kill -INT "$server" 2>/dev/null || true' TERM INT
while kill -0 "$server" 2>/dev/null; do
  status=0
  wait "$server" || status=$?
done
exit "${status:-0}"
