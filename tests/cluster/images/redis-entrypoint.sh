#!/bin/sh
# Redis in a pod: serves on port 6379 of all addresses, files in /data. REDIS_PASSWORD is asked for where it is set.
set -eu
exec redis-server --bind '* -::*' --port 6379 --dir /data --save '' --appendonly no \
  --protected-mode no ${REDIS_PASSWORD:+--requirepass "$REDIS_PASSWORD"}
