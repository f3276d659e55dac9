#!/usr/bin/env bash
# version.sh [TAG]: prints the version of Cargo.toml. With a tag, only if the tag is a release of this tree: the same version, with a section in
# the changelog. Otherwise one sentence says what is not so, and nothing is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::error title=release::%s\n' "$1" >&2
  else
    printf 'error: %s\n' "$1" >&2
  fi
  exit 1
}

number='(0|[1-9][0-9]*)'
version=$(sed -n '/^\[package\]$/,/^\[/ s/^version = "\(.*\)"$/\1/p' Cargo.toml)
if [[ ! $version =~ ^$number\.$number\.$number$ ]]; then
  fail "the version of Cargo.toml is \`$version\`: a release is MAJOR.MINOR.PATCH, without anything behind it"
fi
if [ $# -gt 0 ]; then
  tag=$1
  # A tag is somebody's text: it is shown as far as it can be one line.
  shown=$(printf '%s' "$tag" | tr -cd '[:alnum:]._/+-' | cut -c 1-80)
  if [[ ! $tag =~ ^v$number\.$number\.$number$ ]]; then
    fail "the tag \`$shown\` is no version: a release is tagged vMAJOR.MINOR.PATCH, such as v$version; nothing is released"
  fi
  if [ "$tag" != "v$version" ]; then
    fail "the tag \`$tag\` is not the version of its commit, which is $version by Cargo.toml: set the version first, and tag that commit; nothing is released"
  fi
  if ! release/notes.sh "$version" > /dev/null 2>&1; then
    fail "CHANGELOG.md has no section \`## $version - YYYY-MM-DD\`: rename \`## Unreleased\`, and tag that commit; nothing is released"
  fi
  # The hook that fetches a wheel names its version.
  if ! grep -Fq "kepherd==$version " .pre-commit-hooks.yaml; then
    fail ".pre-commit-hooks.yaml does not ask for kepherd==$version: set it, and tag that commit; nothing is released"
  fi
fi
printf '%s\n' "$version"
