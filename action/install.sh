#!/usr/bin/env bash
# Puts kepherd on the PATH of the steps that follow: the kepherd of this action's own commit, and no other.
#
# Which release that is, Cargo.toml beside this file says: version X.Y.Z is the tag vX.Y.Z. A later commit has the same version, so the tree is
# taken for the release only if one of these says so:
#
#   1. action/SHA256SUMS names this version together with what it was built from (action/sources.sh), and that is what is here. It says the sums
#      of the archives too, and comes with the action: whoever pins the action by its hash has pinned the program.
#   2. The tag vX.Y.Z of the action's repository is the action's own commit. The archive then has to carry an attestation of this repository's
#      release workflow, run from that tag at that commit, in which this very name has this very sum: one for another asset of the release is none.
#
# An archive that does not stand up to that is not run, and nothing is built in its place. Where there is no release to take (another commit,
# no network, no archive for this machine, nothing that could verify one), kepherd is built from the tree that is here.
#
# Works with bash 3.2, as macOS has it, and with that of Git for Windows.
set -euo pipefail

# One sentence, in the log and as an annotation.
fail() {
  local text=${1//'%'/%25}
  text=${text//$'\r'/}
  printf '::error title=kepherd::%s\n' "${text//$'\n'/%0A}"
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
temp=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
source=${SOURCE:-auto}

case $source in
  auto | release | build) ;;
  *) fail "source is \`$source\`: it is \`auto\`, \`release\` or \`build\`" ;;
esac

version=$(tr -d '\r' < "$root/Cargo.toml" | sed -n '/^\[package\]$/,/^\[/ s/^version = "\(.*\)"$/\1/p')
tag=v$version

# What the release calls this machine, and how its archive ends.
suffix=.tar.gz
program=kepherd
case "${RUNNER_OS:-$(uname -s)} ${RUNNER_ARCH:-$(uname -m)}" in
  'Linux X64' | 'Linux x86_64') target=x86_64-unknown-linux-musl ;;
  'Linux ARM64' | 'Linux aarch64') target=aarch64-unknown-linux-musl ;;
  'macOS X64' | 'Darwin x86_64') target=x86_64-apple-darwin ;;
  'macOS ARM64' | 'Darwin arm64') target=aarch64-apple-darwin ;;
  'Windows X64' | MINGW*' x86_64' | MSYS*' x86_64')
    target=x86_64-pc-windows-msvc
    suffix=.zip
    program=kepherd.exe
    ;;
  *) target= ;;
esac
asset=kepherd-$tag-$target$suffix

# Where the action comes from: its repository, and its commit as far as that is known here.
server=${GITHUB_SERVER_URL:-https://github.com}
repository=${ACTION_REPOSITORY:-}
ref=${ACTION_REF:-}
if [ -z "$repository" ]; then
  if [ -e "$root/.git" ]; then
    # Checked out into the workspace, and used as `./`.
    url=$(git -C "$root" remote get-url origin 2> /dev/null || true)
    url=${url%.git}
    case $url in
      https://*/*/*)
        repository=${url#https://*/}
        server=${url%"/$repository"}
        ;;
    esac
    ref=$(git -C "$root" rev-parse HEAD 2> /dev/null || true)
  else
    # Downloaded by the runner, to `_actions/OWNER/NAME/REF`.
    case "$root" in
      */_actions/*/*/*)
        ref=${root##*/_actions/}
        repository=${ref%"/${ref#*/*/}"}
        ref=${ref#*/*/}
        ;;
    esac
  fi
fi

sum_of() {
  if command -v sha256sum > /dev/null; then
    sha256sum < "$1"
  else
    shasum -a 256 < "$1"
  fi | cut -c 1-64
}

is_commit() {
  case $1 in
    *[!0-9a-f]*) return 1 ;;
  esac
  [ "${#1}" -eq 40 ]
}

# The commit of the release, if this tree is the release: by the sums (1), or by the tag (2). Otherwise `why` says what is missing.
commit=
sum=
why=
find_release() {
  case $version in
    *[!0-9.]* | '' | .* | *. | *..* | *.*.*.*)
      why="$version is no version of a release"
      return
      ;;
    *.*.*) ;;
    *)
      why="$version is no version of a release"
      return
      ;;
  esac
  if [ -z "$target" ]; then
    why="there is no archive for ${RUNNER_OS:-$(uname -s)} on ${RUNNER_ARCH:-$(uname -m)}"
    return
  fi
  if [ -z "$repository" ]; then
    why="the repository that this action comes from is not known"
    return
  fi
  local named
  named=$(tr -d '\r' < "$root/action/SHA256SUMS" | awk -v tag="$tag" '$1 == "#" && $2 == "kepherd" && $3 == tag { print $4, $5 }')
  if is_commit "${named% *}" && is_commit "${named#* }" && [ "${named#* }" = "$(bash "$root/action/sources.sh")" ]; then
    commit=${named% *}
    sum=$(tr -d '\r' < "$root/action/SHA256SUMS" | awk -v asset="$asset" '$2 == asset { print $1 }')
    return
  fi
  local said own released
  local asked=("refs/tags/$tag" "refs/tags/$tag^{}")
  if ! is_commit "$ref"; then
    asked+=("refs/tags/$ref" "refs/tags/$ref^{}" "refs/heads/$ref")
  fi
  if ! said=$(GIT_TERMINAL_PROMPT=0 git -c http.lowSpeedLimit=1000 -c http.lowSpeedTime=20 ls-remote "$server/$repository" "${asked[@]}" 2> /dev/null); then
    why="$server/$repository did not answer what its tag $tag is"
    return
  fi
  # An annotated tag has a line of its own, and one for its commit.
  commit_of() {
    local name
    for name in "$1^{}" "$1"; do
      printf '%s\n' "$said" | awk -v name="$name" '$2 == name { print $1 }'
    done | sed -n 1p
  }
  released=$(commit_of "refs/tags/$tag")
  own=$ref
  if ! is_commit "$own"; then
    own=$(commit_of "refs/tags/$ref")
    own=${own:-$(commit_of "refs/heads/$ref")}
  fi
  if [ -z "$released" ]; then
    why="$repository has no tag $tag"
  elif [ "$own" != "$released" ]; then
    why="this is another commit than $tag"
  else
    commit=$released
  fi
}

# Whether the archive is what the release workflow built. Ends the step if something says that it is not.
verify() {
  local file=$1 own_sum
  own_sum=$(sum_of "$file")
  if [ -n "$sum" ]; then
    if [ "$own_sum" != "$sum" ]; then
      fail "$asset of $repository is not what action/SHA256SUMS says it is ($own_sum instead of $sum), so it was not run: tell the owners of $repository, and use \`source: build\` until they have answered"
    fi
    how="verified by the sums that come with the action"
    return
  fi
  if [ "$server" != https://github.com ] || [ -z "${GH_TOKEN:-}" ] || ! gh attestation verify --help > /dev/null 2>&1; then
    why="nothing here can verify $asset: there is no sum of it in action/SHA256SUMS, and no GitHub CLI with a token that could ask for its attestation"
    return 1
  fi
  local said
  if ! said=$(gh attestation verify "$file" --repo "$repository" --signer-workflow "$repository/.github/workflows/release.yml" \
    --source-ref "refs/tags/$tag" --source-digest "$commit" --deny-self-hosted-runners \
    --format json --jq '.[].verificationResult.statement.subject[] | .digest.sha256 + "  " + .name'); then
    fail "$asset of $repository has no attestation that it was built from $tag at $commit, so it was not run: tell the owners of $repository, and use \`source: build\` until they have answered"
  fi
  if ! printf '%s\n' "$said" | tr -d '\r' | grep -Fx "$own_sum  $asset" > /dev/null; then
    fail "what was downloaded as $asset of $repository was attested under another name, so it was not run: tell the owners of $repository, and use \`source: build\` until they have answered"
  fi
  how="verified by its attestation"
}

unpack() {
  case $suffix in
    .zip)
      if command -v unzip > /dev/null; then
        unzip -q "$1" -d "$work"
      else
        # That of Windows reads zip files, and GNU's does not.
        (cd "$work" && "${SYSTEMROOT:-C:/Windows}/System32/tar.exe" -xf "${1##*/}")
      fi
      ;;
    *) tar -xzf "$1" -C "$work" ;;
  esac
}

# Takes the release, or says in `why` that there is none to take.
folder=
how=
take_release() {
  find_release
  if [ -z "$commit" ]; then
    return 1
  fi
  local address=$server/$repository/releases/download/$tag/$asset
  if ! curl --fail --silent --show-error --location --proto '=https' --retry 3 --connect-timeout 20 --max-time 300 \
    --output "$work/$asset" "$address"; then
    why="$address could not be downloaded"
    return 1
  fi
  verify "$work/$asset" || return 1
  unpack "$work/$asset"
  folder=$work/kepherd-$tag-$target
  local says
  says=$("$folder/$program" --version 2>&1 | tr -d '\r' || true)
  if [ "$says" != "kepherd $version" ]; then
    fail "$asset of $repository does not hold kepherd $version that runs here (it says \`$says\`): tell the owners of $repository, and use \`source: build\` until they have answered"
  fi
  how="release $tag of $repository, $how"
}

build() {
  if ! command -v cargo > /dev/null; then
    fail "kepherd $version has to be built, because $why, and there is no cargo here: install Rust before this step, or use the action at a release (\`@$tag\`, or its hash) on a machine with a network"
  fi
  # In its own folder: cargo and rustup read settings where they are called, and the workspace may hold anybody's.
  if ! (cd "$root" && cargo build --locked --release --no-default-features --manifest-path "$root/Cargo.toml" --target-dir "$temp/kepherd-target"); then
    fail "kepherd $version could not be built, which was tried because $why: the log of this step says what cargo lacks"
  fi
  folder=$temp/kepherd-target/release
  how="built from the action's own commit, because $why"
}

# A job may use the action several times: once is enough.
there=$temp/kepherd-there
if [ -f "$there" ] && [ "$(sed -n 1p "$there")" = "$source $root" ]; then
  printf 'version=%s\n' "$version" >> "$GITHUB_OUTPUT"
  exit 0
fi

work=$(mktemp -d "$temp/kepherd.XXXXXX")
case $source in
  build)
    why="\`source\` is \`build\`"
    build
    ;;
  release) take_release || fail "\`source\` is \`release\`, and $why: use the action at a release (\`@vMAJOR.MINOR.PATCH\`, or its hash), or \`source: auto\`" ;;
  *) take_release || build ;;
esac

# Later steps may be PowerShell, which knows no paths like /d/a.
if command -v cygpath > /dev/null; then
  folder=$(cygpath --windows "$folder")
fi
printf '%s\n' "$folder" >> "$GITHUB_PATH"
printf 'version=%s\n' "$version" >> "$GITHUB_OUTPUT"
printf '%s\n' "$source $root" > "$there"
printf 'kepherd %s: %s\n' "$version" "$how"
