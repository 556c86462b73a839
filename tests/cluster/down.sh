#!/usr/bin/env bash
# Ends what up.sh started and removes all that it left: processes, containers, mounts, interfaces, firewall rules,
# volumes, state. The programs built once stay in the cache.
set -uo pipefail
STATE=${STATE:-/var/lib/ubermench-cluster}
cd "$STATE" 2>/dev/null || exit 0
runs() { # NAME: its pid, if that pid is still the process that up.sh started
  local pid; pid=$(cat "pid/$1" 2>/dev/null) || return 1
  { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null | grep -q "$1" && echo "$pid"
}
signal() { local signal=$1 name pid; shift; for name in "$@"; do pid=$(runs "$name") && kill "-$signal" "$pid" 2>/dev/null; done; }
gone() { local name; for name in "$@"; do runs "$name" >/dev/null && return 1; done; return 0; }
stop() { # asks, and after 5 s insists: the API server waits for watchers that are gone
  signal TERM "$@"
  for _ in $(seq 20); do gone "$@" && return; sleep .25; done
  signal KILL "$@"
  until gone "$@"; do sleep .1; done
}

volumes=$("${CACHE:-$HOME/.cache/ubermench}/cluster/bin/kubectl" --kubeconfig etc/admin.conf get pv -o jsonpath='{.items[*].spec.hostPath.path}' --request-timeout=5s 2>/dev/null)
stop kube-proxy coredns kube-scheduler kube-controller-manager kubelet
ctr="ctr -a run/containerd.sock -n k8s.io"
for id in $($ctr tasks ls -q 2>/dev/null); do $ctr tasks rm -f "$id" >/dev/null 2>&1; done
for id in $($ctr containers ls -q 2>/dev/null); do $ctr containers rm "$id" >/dev/null 2>&1; done
stop kube-apiserver etcd containerd
awk -v s="$STATE" 'index($2, s) == 1 {print $2}' /proc/mounts | sort -r | while read -r mount; do umount "$mount"; done
for namespace in $(ip netns list 2>/dev/null | grep -o '^cni-[^ ]*'); do ip netns del "$namespace"; done
for interface in ubm0 cni-ubm; do ip link del "$interface" 2>/dev/null; done
for tables in iptables ip6tables; do $tables-save 2>/dev/null | grep -vE 'KUBE-|CNI-' | $tables-restore 2>/dev/null; done
find /sys/fs/cgroup -depth -type d \( -path '*/kubepods*' -o -name 'k8s.io' \) -exec rmdir {} + 2>/dev/null
for volume in $volumes; do case $volume in /tmp/hostpath_pv/*) rm -rf "$volume" ;; esac; done
rmdir /tmp/hostpath_pv 2>/dev/null
cd / && rm -rf "$STATE"
