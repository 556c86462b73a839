#!/usr/bin/env bash
# Installs the Debian packages that the local cluster, its images and the tests need. Does nothing where they are there.
set -euo pipefail
packages=(
  containerd runc containernetworking-plugins iptables conntrack ipset ebtables socat openssl iproute2 # the node
  busybox-static mmdebstrap debian-archive-keyring                                                  # its images
  postgresql pgbouncer redis-server chromium                                                          # tests without containers
  curl jq                                                                                             # the demo
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || { echo "not root: cannot install ${missing[*]}" >&2; exit 1; }
command -v apt-get >/dev/null || { echo "no apt-get: install these yourself: ${missing[*]}" >&2; exit 1; }
echo "installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# The packages' own servers are not wanted: the tests start theirs on ports of their own.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
trap 'rm -f /usr/sbin/policy-rc.d' EXIT
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
