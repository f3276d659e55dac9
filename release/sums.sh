#!/usr/bin/env bash
# sums.sh VERSION FOLDER: prints action/SHA256SUMS for the archives in a folder, as action/install.sh reads it.
set -euo pipefail
export LC_ALL=C

version=${1:?"usage: sums.sh VERSION FOLDER"}
folder=${2:?"usage: sums.sh VERSION FOLDER"}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cat << EOF
# The sums of the newest release's archives, for machines where nothing can verify an attestation. The release workflow proposes them after
# each release; until the first one there are none. A release is named by its version, its commit, and what it was built from (action/sources.sh).
# kepherd v$version $(git -C "$root" rev-parse HEAD) $("$root/action/sources.sh")
EOF
cd "$folder"
sha256sum -- "kepherd-v$version-"*.tar.gz "kepherd-v$version-"*.zip
