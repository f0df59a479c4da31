#!/usr/bin/env bash
# The packages for macOS: Latchkey.app for both processors, with the command line
# program inside, in a disk image. Not verified: it was written where no macOS was.
#
#   LATCHKEY_SIGN_IDENTITY   a "Developer ID Application" identity of the keychain
#   LATCHKEY_NOTARY_PROFILE  a profile that xcrun notarytool store-credentials made
#
# Without the first the app is signed ad hoc, which runs on the machine that made
# it. Without the second it is not notarized, and Gatekeeper stops it elsewhere.
set -euo pipefail
cd "$(dirname "$0")/../.."
. build/common.sh

identity=${LATCHKEY_SIGN_IDENTITY:--}
image=$stage/image
app="$image/Latchkey.app"
window darwin universal "$app"

for arch in amd64 arm64; do
  ctl darwin "$arch" "$stage/latchkeyctl-$arch"
done
lipo -create -output "$app/Contents/MacOS/latchkeyctl" "$stage/latchkeyctl-amd64" "$stage/latchkeyctl-arm64"
cp LICENSE build/licences.txt "$app/Contents/Resources/"

# The inner program first: the app's signature covers it. The hardened runtime is
# what notarization demands; no entitlement is needed, since the programs make no code
# while they run.
sign() {
  local options=(--force --options runtime --sign "$identity")
  [ "$identity" = - ] || options+=(--timestamp)
  codesign "${options[@]}" "$1"
}
sign "$app/Contents/MacOS/latchkeyctl"
sign "$app"
codesign --verify --strict --deep "$app"

ln -s /Applications "$image/Applications"
dmg=$dist/latchkey-$version-macos.dmg
hdiutil create -quiet -volname "Latchkey" -srcfolder "$image" -format UDZO "$dmg"
if [ "$identity" != - ]; then
  codesign --sign "$identity" --timestamp "$dmg"
fi
if [ -n "${LATCHKEY_NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$dmg" --keychain-profile "$LATCHKEY_NOTARY_PROFILE" --wait
  xcrun stapler staple "$dmg"
fi
