#!/usr/bin/env bash
# Makes the images of a local run from the binaries in TARGET and from Debian's packages, imports them, and writes
# their names to IMAGES (JSON). Tags go by content: what has not changed is neither made nor imported again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
CACHE=${CACHE:-$HOME/.cache/ubermench}
TARGET=${TARGET:-$CACHE/target/debug}
IMAGES=${IMAGES:-$CACHE/images.json}
SUITE=trixie # the Debian release that has PostgreSQL 17
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$CACHE/images"

program() { # NAME BINARY [EXTRA_FILE_CONTENT]: the runtime stage of the Dockerfile, from a binary built here
  "$root/image/rootfs.sh" "$TARGET/$2" "$work/$1" >&2
  [ -z "${3:-}" ] || { mkdir -p "$work/$1/etc"; echo "$3" > "$work/$1/etc/image"; }
  "$here/image.sh" "localhost/ubermench-$1" "$work/$1" 65532:65532 -- "/usr/local/bin/$2"
}

source_line() { # Debian's package source as apt on this machine has it
  local site
  site=$(apt-get indextargets --format '$(SITE)' 'Label: Debian' 'Origin: Debian' 'Created-By: Packages' | head -n 1)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${site%/} $SUITE main"
}

server() { # NAME PACKAGE USER: a Debian root file system with one server in it, slimmed
  local recipe tar
  recipe=$(cat "$here/images.sh" "$here/images/$1-entrypoint.sh" | sha256sum | cut -c1-12)
  tar=$CACHE/images/$1-$recipe.tar
  if [ ! -e "$tar" ]; then
    echo "making the $1 image from Debian's packages: once, about half a minute" >&2
    mmdebstrap --quiet --variant=minbase --include="$2" --aptopt='APT::Install-Recommends "false"' \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
      --customize-hook="install -m 0755 '$here/images/$1-entrypoint.sh' \"\$1/entrypoint.sh\"" \
      --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/usr/lib/*/libLLVM* "$1"/usr/lib/postgresql/*/lib/llvmjit* "$1"/usr/lib/postgresql/*/lib/bitcode' \
      "$SUITE" "$tar.part" "$(source_line)" >&2
    mv "$tar.part" "$tar"
  fi
  "$here/image.sh" "localhost/$1" "$tar" "$3" -- /entrypoint.sh
}

bot=$(program bot ubermench-bot)
bot_next=$(program bot ubermench-bot "the same program in another image: what a release without a change of code looks like")
faulty=$(program faulty-bot faulty-bot)
operator=$(program operator ubermench-operator)
simulator=$(program simulator ubermench-simulator)
postgres=$(server postgres postgresql-17 100)
redis=$(server redis redis-server 100)
cat > "$IMAGES" <<J
{"bot": "$bot", "bot_next": "$bot_next", "faulty": "$faulty", "operator": "$operator", "simulator": "$simulator", "postgres": "$postgres", "redis": "$redis"}
J
