#!/usr/bin/env bash
# Says what a build is stamped with: build/version.sh version | commit | date | epoch
#
# The version stands once, in wails.json. The commit that bears the tag v<version>
# is that release; any other commit comes before it, ordered by its date (semver's
# pre-release), and says so when files differ from it.
set -euo pipefail
cd "$(dirname "$0")/.."

base=$(sed -n 's/.*"productVersion": *"\([^"]*\)".*/\1/p' wails.json)
git() { command git -c core.abbrev=12 "$@" 2>/dev/null; }

case "${1:-}" in
  version)
    dirty=""
    [ -z "$(git status --porcelain --untracked-files=no)" ] || dirty=.dirty
    if [ -z "$dirty" ] && git tag --points-at HEAD | grep -qx "v$base"; then
      echo "$base"
    else
      echo "$base-dev$(TZ=UTC git log -1 --date=format-local:.%Y%m%d%H%M%S --format=%cd || true)$dirty"
    fi
    ;;
  commit) git rev-parse --short HEAD || echo unknown ;;
  date) git log -1 --format=%cI || echo unknown ;;
  epoch) echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct || echo 315532800)}" ;; # else 1980: a zip file cannot hold an older date
  *) echo "usage: build/version.sh version|commit|date|epoch" >&2; exit 2 ;;
esac
