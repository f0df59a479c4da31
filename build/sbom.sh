#!/usr/bin/env bash
# What is in each program (CycloneDX), read from the programs themselves: a list
# that was made from go.mod could name another build's modules.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/common.sh

writer=$stage/cyclonedx
go build -trimpath -modfile=tools/package/go.mod -o "$writer" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
sbom() { # sbom PROGRAM NAME
  "$writer" bin -json -std -noserial -notimestamp -version "$version" -output "$dist/$2.cdx.json" "$1" 2>/dev/null
}
arch=$(go env GOHOSTARCH)
sbom "$stage/programs/latchkey" "latchkey-$version-linux-$arch"
sbom "$stage/windows-amd64/latchkey.exe" "latchkey-$version-windows-amd64"
for arch in amd64 arm64; do
  sbom "$stage/latchkeyctl-$version-linux-$arch/latchkeyctl" "latchkeyctl-$version-linux-$arch"
  sbom "$stage/latchkeyctl-$version-windows-$arch/latchkeyctl.exe" "latchkeyctl-$version-windows-$arch"
done
