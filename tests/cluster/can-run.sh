#!/usr/bin/env bash
# Says in one sentence what this machine lacks to run the local Kubernetes; silent and 0 when it lacks nothing.
set -u
lacks() { echo "Containers can't run here, so all that needs a Kubernetes is left out: $1."; exit 1; }
[ "$(uname -s)" = Linux ] || lacks "the local cluster needs Linux"
[ "$(id -u)" = 0 ] || lacks "the local cluster must be started by root"
for program in apt-get go openssl; do command -v "$program" >/dev/null || lacks "the program $program is missing"; done
for system in cgroup overlay; do grep -qw "$system" /proc/filesystems || lacks "the kernel has no $system file system"; done
unshare --mount --pid --net --fork true 2>/dev/null || lacks "namespaces can't be made (CAP_SYS_ADMIN)"
unshare --net sh -c 'ip link add probe type bridge' 2>/dev/null || lacks "a network bridge can't be made (CAP_NET_ADMIN)"
