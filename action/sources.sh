#!/usr/bin/env bash
# sources.sh [FOLDER]: one line that stands for what kepherd is built from, so that a release can be told from a later commit with the same
# version, also where there is no history: an action comes to a runner as plain files.
#
# It is git's own name for these files, and ends of lines do not count: a checkout on Windows has others.
set -euo pipefail

root=$(cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/.."}" && pwd)
index=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/sources.XXXXXX")
trap 'rm -rf "$index"' EXIT

# A repository of its own beside the files, which asks for nobody's configuration and for no other repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --bare "$index"
files=()
for file in Cargo.toml Cargo.lock build.rs src starter keps/registry.toml keps/releases; do
  if [ -e "$root/$file" ]; then
    files+=("$file")
  fi
done
git --git-dir="$index" --work-tree="$root" -c core.bare=false -c core.autocrlf=input -c core.safecrlf=false -c core.fileMode=false \
  add --force -- "${files[@]/#/$root/}"
git --git-dir="$index" write-tree
