#!/usr/bin/env bash
# The packages for Linux: .deb, .rpm and .tar.gz of both programs for this
# machine's architecture, and the command line program alone for two.
set -euo pipefail
cd "$(dirname "$0")/../.."
. build/common.sh

arch=$(go env GOHOSTARCH)
extras "$stage/extras"
day=$(date -d "@$SOURCE_DATE_EPOCH" +%F)
kind=development
[ "$version" != "$base" ] || kind=stable
resolved() { sed -e "s/@VERSION@/$version/g; s/@TYPE@/$kind/g; s/@DATE@/$day/g" "$1"; }

# lay PREFIX DOCS: lays out what is installed.
lay() {
  local share=$1/share size
  install -D -m 755 "$stage/programs/latchkey" "$1/bin/latchkey"
  install -D -m 755 "$stage/programs/latchkeyctl" "$1/bin/latchkeyctl"
  install -D -m 644 build/linux/latchkey.desktop "$share/applications/latchkey.desktop"
  install -d "$share/metainfo" "$share/man/man1"
  resolved build/linux/app.latchkey.latchkey.metainfo.xml >"$share/metainfo/app.latchkey.latchkey.metainfo.xml"
  resolved build/linux/latchkey.1 >"$share/man/man1/latchkey.1"
  cp "$stage"/extras/man/*.1 "$share/man/man1/"
  gzip -n9 "$share"/man/man1/*.1
  for size in 16 24 32 48 64 128 256 512; do
    install -D -m 644 "build/icons/$size.png" "$share/icons/hicolor/${size}x$size/apps/latchkey.png"
  done
  install -D -m 644 build/appicon.svg "$share/icons/hicolor/scalable/apps/latchkey.svg"
  install -D -m 644 "$stage/extras/completions/bash" "$share/bash-completion/completions/latchkeyctl"
  install -D -m 644 "$stage/extras/completions/zsh" "$share/zsh/site-functions/_latchkeyctl"
  install -D -m 644 "$stage/extras/completions/fish" "$share/fish/vendor_completions.d/latchkeyctl.fish"
  install -D -m 644 README.md "$2/README.md"
  install -D -m 644 build/licences.txt "$2/third-party-licences.txt"
}

window linux "$arch" "$stage/programs/latchkey"
ctl linux "$arch" "$stage/programs/latchkeyctl"

# The .deb and the .rpm. Both are made from one tree, except the files that only Debian has.
root=$stage/package/root
docs=$root/usr/share/doc/latchkey
go build -modfile=tools/package/go.mod -o "$stage/nfpm" github.com/goreleaser/nfpm/v2/cmd/nfpm
glibc=$(objdump -T "$stage/programs/latchkey" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
export ARCH=$arch VERSION=$version GLIBC=${glibc#GLIBC_}
packed() {
  dated "$root"
  (cd "$stage/package" && "$stage/nfpm" package -f "$OLDPWD/build/linux/nfpm.yaml" -p "$1" -t "$dist/")
}

lay "$root/usr" "$docs"
cp LICENSE "$docs/"
packed rpm

rm "$docs/LICENSE"
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  printf 'Upstream-Name: Latchkey\n\nFiles: *\nCopyright: %s\nLicense: MIT\n' "$(sed -n 's/^Copyright (c) //p' LICENSE)"
  sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} >"$docs/copyright"
gzip -n9 <CHANGELOG.md >"$docs/changelog.gz"
printf 'latchkey (%s-1) unstable; urgency=medium\n\n  * What changed stands in changelog.gz.\n\n -- Latchkey contributors <noreply@latchkey.invalid>  %s\n' \
  "${version/-/\~}" "$(date -R -d "@$SOURCE_DATE_EPOCH")" | gzip -n9 >"$docs/changelog.Debian.gz"
install -D -m 644 build/linux/lintian-overrides "$root/usr/share/lintian/overrides/latchkey"
packed deb

# The same for any other system, below one folder.
folder=$stage/latchkey-$version-linux-$arch
lay "$folder" "$folder"
cp LICENSE CHANGELOG.md "$folder/"
tarball "$folder" "$dist/latchkey-$version-linux-$arch.tar.gz"

for arch in amd64 arm64; do
  folder=$stage/latchkeyctl-$version-linux-$arch
  ctl linux "$arch" "$folder/latchkeyctl"
  cp -r LICENSE build/licences.txt "$stage/extras/man" "$stage/extras/completions" "$folder/"
  tarball "$folder" "$dist/latchkeyctl-$version-linux-$arch.tar.gz"
done
