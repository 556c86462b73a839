#!/usr/bin/env bash
# rootfs.sh BINARY... FOLDER   makes the root file system of an image in FOLDER: the programs in /usr/local/bin, the
# shared libraries they load, the certificate authorities, and the few files of /etc that a process needs. No shell.
# The Dockerfile's build stage and the local image step both call it, so both make the same image.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
out=${!#}
programs=("${@:1:$#-1}")
certificates=/etc/ssl/certs/ca-certificates.crt
for file in "${programs[@]}" "$certificates"; do
  [ -f "$file" ] || { echo "rootfs.sh: $file is not there" >&2; exit 1; }
done

rm -rf "$out"
mkdir -p "$out"/{usr/local/bin,etc/ssl/certs}
install -d -m 1777 "$out/tmp"

for program in "${programs[@]}"; do
  target=$out/usr/local/bin/$(basename "$program")
  install -m 0755 "$program" "$target"
  strip --strip-debug "$target"
  # A library stands where the loader looks for it; ldd prints nothing usable for a static program.
  { ldd "$program" 2>/dev/null || true; } | { grep -oE '/[^ ]+' || true; } | while read -r library; do
    mkdir -p "$out$(dirname "$library")"
    cp --dereference --no-clobber "$library" "$out$library"
  done
done

install -m 0644 "$certificates" "$out$certificates"
echo 'hosts: files dns' > "$out/etc/nsswitch.conf"
cat > "$out/etc/passwd" <<'P'
root:x:0:0:root:/:/sbin/nologin
nonroot:x:65532:65532:nonroot:/:/sbin/nologin
P
cat > "$out/etc/group" <<'P'
root:x:0:
nonroot:x:65532:
P
