#!/usr/bin/env bash
# The packages for Windows: the installer of both programs, the MSI for administrators,
# and the command line program alone for two architectures. All of it is made on Linux,
# without cgo.
set -euo pipefail
cd "$(dirname "$0")/../.."
. build/common.sh

programs=$stage/windows-amd64
window windows amd64 "$programs/latchkey.exe"
ctl windows amd64 "$programs/latchkeyctl.exe"
build/windows/sign.sh "$programs"/*.exe
sed 's/$/\r/' LICENSE >"$programs/license.txt"
sed 's/$/\r/' build/licences.txt >"$programs/third-party-licences.txt"
# Microsoft's own installer of WebView2, as Wails carries it: 1.6 MB that fetch the
# runtime where a machine has none.
cp "$(go list -m -f '{{.Dir}}' github.com/wailsapp/wails/v2)/internal/webview2runtime/MicrosoftEdgeWebview2Setup.exe" "$programs/"
chmod u+w "$programs/MicrosoftEdgeWebview2Setup.exe"
dated "$programs"

setup=$dist/latchkey-$version-windows-amd64-setup.exe
makensis -V2 -WX -DVERSION="$version" -DNUMBERS="$base.0" -DPROGRAMS="$programs" -DOUT="$setup" \
  -DICON="$PWD/build/windows/icon.ico" -DSIGN="$PWD/build/windows/sign.sh" build/windows/installer.nsi

msi=$dist/latchkey-$version-windows-amd64.msi
build/windows/msi.sh "$version" "$base" "$programs" "$msi"
build/windows/sign.sh "$msi"

for arch in amd64 arm64; do
  folder=$stage/latchkeyctl-$version-windows-$arch
  ctl windows "$arch" "$folder/latchkeyctl.exe"
  build/windows/sign.sh "$folder/latchkeyctl.exe"
  cp "$programs/license.txt" "$programs/third-party-licences.txt" "$folder/"
  cp "$stage/extras/completions/powershell" "$folder/latchkeyctl.ps1"
  zipped "$folder" "$dist/latchkeyctl-$version-windows-$arch.zip"
done
