#!/usr/bin/env bash
# Compares the Go benchmarks of every hot path with those of the last release, both run here in turn. No figure
# makes it fail, since the machine of a workflow is never quiet. Allocations and bytes are exact all the same.
#
#   build/benchdiff.sh [RELEASE]     # the newest tag before HEAD when none is named
set -euo pipefail
cd "$(dirname "$0")/.."
packages="./internal/account ./internal/claims ./internal/session ./internal/settings ./internal/ui ./internal/vault"
last=${1:-$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || true)}
if [ -z "$last" ]; then
  echo "There is no release before this one to compare with."
  exit 0
fi
temp=$(mktemp -d)
trap 'git worktree remove --force "$temp/old" 2>/dev/null || true; rm -rf "$temp"' EXIT
go build -C tools -o "$temp/benchstat" golang.org/x/perf/cmd/benchstat
git worktree add --quiet --detach "$temp/old" "$last"
for _ in 1 2 3 4 5 6; do
  # shellcheck disable=SC2086 # a list of packages
  (cd "$temp/old" && go test -run '^$' -bench . -benchmem -benchtime 20x $packages >>"$temp/$last.txt") || true
  # shellcheck disable=SC2086
  go test -run '^$' -bench . -benchmem -benchtime 20x $packages >>"$temp/now.txt"
done
(cd "$temp" && ./benchstat "$last.txt" now.txt)
