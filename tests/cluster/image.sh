#!/usr/bin/env bash
# image.sh NAME ROOT [USER] [-- ENTRYPOINT...]   packs a folder or a tar file as an image of one layer, tagged by its
# content, and imports it into the local containerd unless it is there. Needs no registry and no builder.
# Prints NAME:TAG.
set -euo pipefail
STATE=${STATE:-/var/lib/ubermench-cluster}
name=$1 root=$2 user=${3:-0}; shift 2
[ "${1:-}" = -- ] || shift
[ "${1:-}" != -- ] || shift
work=$(mktemp -d); trap 'rm -r "$work"' EXIT
if [ -d "$root" ]; then
  tar -C "$root" --numeric-owner --owner=0 --group=0 --sort=name --mtime=@0 --mode=u+rwX,go+rX,go-w -cf "$work/layer.tar" .
else
  ln -s "$(realpath "$root")" "$work/layer.tar"
fi
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
entrypoint=$(printf '"%s",' "$@")
cat > "$work/config.json" <<J
{"architecture": "amd64", "os": "linux",
 "config": {"User": "$user", "Entrypoint": [${entrypoint%,}], "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]}}
J
case $name in *:*) image=$name ;; *) image=$name:$(cat "$work/config.json" | sha256sum | cut -c1-12) ;; esac
ctr="ctr -a $STATE/run/containerd.sock -n k8s.io"
if [ -z "$($ctr images ls -q "name==$image")" ]; then
  echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$image\"], \"Layers\": [\"layer.tar\"]}]" > "$work/manifest.json"
  tar -C "$work" -chf - manifest.json config.json layer.tar | $ctr images import - >/dev/null
fi
echo "$image"
