#!/usr/bin/env bash
# archive.sh VERSION TARGET BINARY COMPLETIONS MAN OUT: makes OUT/kepherd-vVERSION-TARGET.tar.gz (.zip for Windows) of a binary that was built,
# folders with completions and man pages, and the texts of this tree. Prints its path.
#
# The same input gives the same bytes: names are sorted, files belong to nobody, and have the day of the commit (SOURCE_DATE_EPOCH).
# action/install.sh and `[package.metadata.binstall]` know these names; a test holds the three to each other. Needs GNU tar, and zip.
set -euo pipefail
export LC_ALL=C TZ=UTC

if [ $# -ne 6 ]; then
  echo 'usage: archive.sh VERSION TARGET BINARY COMPLETIONS MAN OUT' >&2
  exit 2
fi
version=$1 target=$2 binary=$3 completions=$4 man=$5
mkdir -p "$6"
out=$(cd "$6" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=kepherd-v$version-$target
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/$name" "$stage/$name/completions" "$stage/$name/man"
case $target in
  *-windows-*) install -m 755 "$binary" "$stage/$name/kepherd.exe" ;;
  *) install -m 755 "$binary" "$stage/$name/kepherd" ;;
esac
install -m 644 "$root/LICENSE" "$root/README.md" "$root/CHANGELOG.md" "$stage/$name/"
install -m 644 "$completions"/* "$stage/$name/completions/"
install -m 644 "$man"/* "$stage/$name/man/"
chmod 755 "$stage/$name" "$stage/$name/completions" "$stage/$name/man"
find "$stage/$name" -exec touch --no-dereference --date="@$epoch" {} +

cd "$stage"
case $target in
  *-windows-*)
    archive=$out/$name.zip
    rm -f "$archive"
    find "$name" | sort | zip -q -9 -X "$archive" -@
    ;;
  *)
    archive=$out/$name.tar.gz
    tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --create "$name" | gzip --no-name --best > "$archive"
    ;;
esac
printf '%s\n' "$archive"
