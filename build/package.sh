#!/usr/bin/env bash
# make package: everything that is shipped, into dist/. On Linux that is the
# packages for Linux and for Windows; on macOS the app and its disk image.
#
# What can be signed is signed when the environment names a key: see
# build/windows/sign.sh and build/darwin/package.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/common.sh

rm -rf "$dist"
mkdir -p "$stage"
echo "Packaging Latchkey $version of commit $commit"
case "$(uname -s)" in
  Linux)
    build/linux/package.sh
    build/windows/package.sh
    build/sbom.sh
    build/manifests.sh
    ;;
  Darwin) build/darwin/package.sh ;;
  *) echo "Packages are made on Linux and macOS." >&2; exit 1 ;;
esac
cp build/licences.txt "$dist/third-party-licences.txt"
rm -rf "$stage"
sums() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
cd "$dist"
sums -- * >.sums
mv .sums SHA256SUMS
echo "In dist/:"
ls -1
