#!/usr/bin/env bash
# notes.sh VERSION: prints what CHANGELOG.md says of a version (`## 0.2.0 - 2026-12-01`, with or without brackets), or of `Unreleased`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?"usage: notes.sh VERSION"}
notes=$(awk -v version="$version" '
  /^## / {
    name = $2
    gsub(/[][]/, "", name)
    inside = name == version
    next
  }
  inside
' CHANGELOG.md)
if [ -z "${notes//[[:space:]]/}" ]; then
  printf 'error: CHANGELOG.md says nothing of %s\n' "$version" >&2
  exit 1
fi
printf '%s\n' "$notes" | sed '/./,$!d'
