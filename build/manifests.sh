#!/usr/bin/env bash
# The manifests of package managers, made of what lies in dist/ with its sums: winget, Scoop, a Homebrew cask, Flatpak, and
# AppStream's release. They go into dist/latchkey-<version>-manifests.tar.gz. A manifest whose file is not in dist/ is left
# out, with a word: a disk image for macOS is not made on Linux.
#
#   LATCHKEY_DOWNLOADS   the https address below which the files of dist/ will lie
#   LATCHKEY_HOMEPAGE    the product's page; without it the same address
set -euo pipefail
cd "$(dirname "$0")/.."
. build/common.sh

downloads=${LATCHKEY_DOWNLOADS:-https://downloads.latchkey.invalid/v$version}
homepage=${LATCHKEY_HOMEPAGE:-$downloads}
for address in "$downloads" "$homepage"; do
  [[ $address =~ ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~%+-]+)*/?$ ]] ||
    { echo "\"$address\" is no address that can stand in a manifest: https, and no query" >&2; exit 2; }
done
machine=$(uname -m) arch=amd64
[ "$machine" != aarch64 ] || arch=arm64
folder=$stage/latchkey-$version-manifests
kind=development
[ "$version" != "$base" ] || kind=stable

# resolved FILE: the template with its values; fails where a file that it names is missing.
resolved() {
  local text name sum
  text=$(sed -e "s|@VERSION@|$version|g; s|@URL@|${downloads%/}|g; s|@HOMEPAGE@|$homepage|g; s|@ARCH@|$arch|g; s|@MACHINE@|$machine|g; s|@TYPE@|$kind|g" \
    -e "s|@DATE@|$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)|g; s|@PRODUCT@|{$(guid "product $version")}|g" "$1")
  while [[ $text =~ @(SHA256|SIZE):([^@]+)@ ]]; do
    name=${BASH_REMATCH[2]}
    [ -f "$dist/$name" ] || { echo "Without $name in dist/ there is no manifest of ${1#build/manifests/}"; return 1; }
    case "${BASH_REMATCH[1]}" in
      SHA256) sum=$(sha256sum <"$dist/$name") sum=${sum%% *} ;;
      SIZE) sum=$(stat -c %s "$dist/$name") ;;
    esac
    text=${text//"${BASH_REMATCH[0]}"/$sum}
  done
  mkdir -p "$(dirname "$2")"
  printf '%s\n' "$text" >"$2"
}

release=$(cat build/manifests/release.xml)
metainfo=app.latchkey.latchkey.metainfo.xml
mkdir -p "$stage"
awk -v release="$release" '/<release version=/ { print release; next } { print }' "build/linux/$metainfo" >"$stage/$metainfo"
for template in build/manifests/*/*; do
  resolved "$template" "$folder/${template#build/manifests/}" || true
done
resolved "$stage/$metainfo" "$folder/appstream/$metainfo"
rm "$stage/$metainfo"
tarball "$folder" "$dist/latchkey-$version-manifests.tar.gz"
rm -r "$folder"
rmdir "$stage" 2>/dev/null || true # it is make package's, which still needs it
