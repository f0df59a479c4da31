#!/usr/bin/env bash
# Says how the public packages differ from the last release: what is compatible and what is not (golang.org/x/exp/cmd/apidiff).
# It fails when a patch release, such as 0.2.1 after 0.2.0, changes them incompatibly.
#
#   build/apidiff.sh [RELEASE]     # the newest tag before HEAD when none is named
set -euo pipefail
cd "$(dirname "$0")/.."
last=${1:-$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || true)}
if [ -z "$last" ] || ! git cat-file -e "$last:signin" 2>/dev/null; then
  echo "No release before this one has package signin: there is nothing to compare."
  exit 0
fi
temp=$(mktemp -d)
trap 'git worktree remove --force "$temp/old" 2>/dev/null || true; rm -rf "$temp"' EXIT
go build -C tools -o "$temp/apidiff" golang.org/x/exp/cmd/apidiff
git worktree add --quiet --detach "$temp/old" "$last"
broken=""
for package in signin signin/signintest; do
  (cd "$temp/old" && "$temp/apidiff" -w "$temp/export" "app.latchkey/$package")
  echo "app.latchkey/$package since $last:"
  "$temp/apidiff" "$temp/export" "app.latchkey/$package"
  [ -z "$("$temp/apidiff" -incompatible "$temp/export" "app.latchkey/$package")" ] || broken=yes
done
now=$(sed -n 's/.*"productVersion": "\([^"]*\)".*/v\1/p' wails.json)
if [ -n "$broken" ] && [ "${now%.*}" = "${last%.*}" ]; then
  echo "$now is a patch of $last and breaks programs that import it: raise the minor version." >&2
  exit 1
fi
