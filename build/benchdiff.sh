#!/usr/bin/env bash
# Compares the Go benchmarks of every hot path with those of the last release, both run here in turn. No figure
# makes it fail, since the machine of a workflow is never quiet. Allocations and bytes are exact all the same.
# A benchmark of this tree that does not run is a failure; one of the release that does not run is reported and left out.
#
#   build/benchdiff.sh [RELEASE [RUNS]]   # the newest tag before HEAD when none is named; 6 runs of each
#   build/benchdiff.sh --packages         # lists the packages that have such benchmarks
set -euo pipefail
cd "$(dirname "$0")/.."

# Left out: a TPM is needed, and the worst of pictures is a limit and no path that is taken often.
packages() {
  git -C "$1" grep -lE '^func Benchmark' -- 'internal/*_test.go' | xargs -n1 dirname | sort -u | sed 's,^,./,' |
    grep -vE '^./internal/(proof/hardware|picture)$'
}
if [ "${1:-}" = --packages ]; then
  packages .
  exit 0
fi
last=${1:-$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || true)}
if [ -z "$last" ]; then
  echo "There is no release before this one to compare with."
  exit 0
fi
temp=$(mktemp -d)
trap 'git worktree remove --force "$temp/old" 2>/dev/null || true; rm -rf "$temp"' EXIT
go build -C tools -o "$temp/benchstat" golang.org/x/perf/cmd/benchstat
git worktree add --quiet --detach "$temp/old" "$last"

# run TREE FILE runs the benchmarks of a tree once.
run() {
  (
    cd "$1"
    # shellcheck disable=SC2046 # a list of packages
    go test -run '^$' -bench . -benchmem -benchtime 20x $(packages .) >>"$2" 2>&1
  )
}
for _ in $(seq "${2:-6}"); do
  run "$temp/old" "$temp/before.txt" || echo "Some benchmarks of $last did not run." >&2
  run . "$temp/now.txt" || { tail -30 "$temp/now.txt" >&2; exit 1; }
done
echo "before: $last; now: $(git describe --tags --always)"
(cd "$temp" && ./benchstat before.txt now.txt)
