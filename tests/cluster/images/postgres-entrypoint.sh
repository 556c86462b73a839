#!/bin/sh
# PostgreSQL in a pod: makes its files on the first start, then serves on port 5432 of all addresses.
# POSTGRES_PASSWORD is the password of the superuser `postgres`. Files stand in /data.
set -eu
data=/data/postgres
bin=$(echo /usr/lib/postgresql/*/bin)
if [ ! -s "$data/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?the password of the superuser is missing}"
  rm -rf "$data.new"
  umask 077
  printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/password
  "$bin/initdb" --pgdata="$data.new" --username=postgres --pwfile=/tmp/password --auth-host=scram-sha-256 \
    --auth-local=trust --encoding=UTF8 --locale=C.UTF-8
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$data.new/pg_hba.conf"
  mv "$data.new" "$data" # a start that was broken off leaves nothing that looks complete
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200 -c jit=off
