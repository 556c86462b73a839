#!/bin/sh
# First process of the Redis image. Nothing is kept over a restart: the bot needs no such thing of it.
#
#   REDIS_PASSWORD   optional password of the default user, without white space
set -eu
# By standard input, so that the password stands in no process list.
exec redis-server - <<C
bind * -::*
protected-mode no
dir /tmp
save ""
appendonly no
${REDIS_PASSWORD:+requirepass $REDIS_PASSWORD}
C
