#!/usr/bin/env bash
# Brings a later release of Latchkey into a product that build/rename.sh has made of an earlier one. The old and the new
# release are renamed in temporary copies, and the difference between the two is merged into yours: what was only renamed
# cannot conflict, and what conflicts was changed on both sides.
#
#   git remote add latchkey URL && git fetch latchkey --tags        # once
#   build/upgrade.sh RELEASE                                        # a tag, branch or commit of Latchkey
#   build/upgrade.sh RELEASE NAME ID DOMAIN PUBLISHER               # where build/renamed is missing: as they were given to rename.sh
#
# Everything must be committed. Afterwards look at git diff --cached, resolve what is marked, test, and commit.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
if [ $# != 1 ] && [ $# != 5 ]; then usage; fi
[ -z "$(git status --porcelain)" ] || { echo "Commit what you have changed first." >&2; exit 1; }
release=$(git rev-parse --verify --quiet "$1^{commit}") || { echo "There is no release \"$1\" here: git fetch it first." >&2; exit 1; }
shift
if [ $# = 0 ]; then
  [ -f build/renamed ] || { echo "build/renamed is missing: give NAME ID DOMAIN PUBLISHER as you gave them to build/rename.sh." >&2; exit 2; }
  mapfile -t names < build/renamed
else
  names=("$@")
fi
old=$(git merge-base HEAD "$release") || { echo "This history has no commit in common with \"$release\": clone Latchkey, do not copy it." >&2; exit 1; }
[ "$old" != "$release" ] || { echo "That release is here already."; exit 0; }

temp=$(mktemp -d)
trap 'cd "$root"; git worktree remove --force "$temp/copy" 2>/dev/null || true; rm -rf "$temp"; git worktree prune' EXIT
# renamed COMMIT PARENT…: a commit that is COMMIT's tree under your product's name
renamed() {
  git worktree add --quiet --detach "$temp/copy" "$1"
  (cd "$temp/copy" && build/rename.sh "${names[@]}" >/dev/null && git add -A)
  tree=$(git -C "$temp/copy" write-tree)
  git worktree remove --force "$temp/copy"
  shift
  git commit-tree "$tree" "${@/#/-p}" -m "renamed"
}
base=$(renamed "$old")
theirs=$(renamed "$release" "$base")
if git merge-recursive "$base" -- HEAD "$theirs"; then
  echo "The release is merged, and nothing conflicts."
  code=0
else
  echo "What is marked was changed on both sides: resolve it, then git add it."
  code=1
fi
git rev-parse "$release" > "$(git rev-parse --git-dir)/MERGE_HEAD"
echo "Upgrade Latchkey to $(git describe --tags --always "$release")" > "$(git rev-parse --git-dir)/MERGE_MSG"
echo "Look at git diff --cached, then: make test, git commit"
exit $code
