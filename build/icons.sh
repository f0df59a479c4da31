#!/usr/bin/env bash
# Renders the app's icon anew in every size and format that the platforms want, and
# leaves it in the places where Wails and the packages look. Run it after a change of
# appicon.svg; what it makes is committed, so that a build needs none of its tools.
#
#   Debian and Ubuntu: apt-get install librsvg2-bin icoutils icnsutils
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p icons windows darwin

for size in 16 24 32 48 64 128 256 512 1024; do
  drawing=appicon.svg
  [ "$size" -le 32 ] && drawing=appicon-small.svg
  rsvg-convert -w "$size" -h "$size" "$drawing" -o "icons/$size.png"
done
cp icons/1024.png appicon.png
icotool -c -o windows/icon.ico icons/{16,24,32,48,64,128}.png --raw=icons/256.png
png2icns darwin/icon.icns icons/{16,32,48,128,256,512,1024}.png >/dev/null
