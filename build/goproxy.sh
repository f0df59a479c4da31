#!/usr/bin/env bash
# Writes a Go module proxy into a folder: what a company's own proxy serves, for this commit. Go reads it as
# GOPROXY=file:///FOLDER. Serve the folder over https for everybody.
#
#   build/goproxy.sh FOLDER [VERSION] [MODULE]
#   build/goproxy.sh dist/goproxy v0.2.0                                  # for: require app.latchkey v0.2.0
#   build/goproxy.sh dist/goproxy v0.2.0 git.example.com/platform/latchkey  # for: replace app.latchkey => git.example.com/… v0.2.0
set -euo pipefail
if [ $# -lt 1 ] || [ $# -gt 3 ]; then
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=${2:-v$(sed -n 's/.*"productVersion": "\([^"]*\)".*/\1/p' wails.json)}
module=${3:-app.latchkey}
[[ $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || { echo "The version \"$version\" is not like v0.2.0." >&2; exit 2; }
[[ $module =~ ^[a-z0-9][a-z0-9./_-]*$ ]] || { echo "The module \"$module\" is not like git.example.com/platform/latchkey, in small letters." >&2; exit 2; }

# A module's archive leaves out the modules in folders below it.
others=()
while IFS= read -r mod; do others+=(":(exclude)$(dirname "$mod")"); done < <(git ls-files '*/go.mod')
at=$folder/$module/@v
mkdir -p "$at"
git archive --format=zip --prefix="$module@$version/" -o "$at/$version.zip" HEAD -- . "${others[@]}"
git show HEAD:go.mod > "$at/$version.mod"
printf '{"Version":"%s","Time":"%s"}\n' "$version" "$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)" > "$at/$version.info"
{ cat "$at/list" 2>/dev/null || true; echo "$version"; } | sort -u > "$at/list.tmp"
mv "$at/list.tmp" "$at/list"
echo "$module $version is in $folder"
