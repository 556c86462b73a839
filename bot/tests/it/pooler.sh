#!/usr/bin/env bash
# Starts a PgBouncer in transaction mode before a PostgreSQL, prints its port, and ends it once
# standard input is closed. Arguments: host, port, user, password.
set -euo pipefail
PATH=$PATH:/usr/sbin
work=$(mktemp -d)
as_user=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$work"
  as_user=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
pooler=
trap '[ -z "$pooler" ] || kill "$pooler" || true; rm -rf "$work"' EXIT
while :; do
  port=$((20000 + RANDOM % 12000))
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
cat > "$work/settings" <<END
[databases]
* = host=$1 port=$2 user=$3${4:+ password='$4'}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
server_round_robin = 1
END
cd /
"${as_user[@]}" "$(command -v pgbouncer)" -q "$work/settings" >&2 &
pooler=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$pooler"; sleep 0.05; done
echo "$port"
cat >/dev/null
