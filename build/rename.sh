#!/usr/bin/env bash
# Makes the product yours: its name, its id, and all that follows from them — the
# programs, folders, keychain item, environment variables, packages. Run it once, in a
# clone with everything committed, and look at git diff.
#
#   build/rename.sh NAME ID DOMAIN PUBLISHER [ICON.svg]
#   build/rename.sh "Acme Portal" acme-portal com.acme "Acme Ltd" acme.svg
#
# What stays: the Go module app.latchkey (docs/decisions/0003-no-bus.md says why its
# name sorts first), the mark in the vault's file, the licence and the changelog.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
if [ $# -lt 4 ] || [ $# -gt 5 ]; then usage; fi
export NAME=$1 ID=$2 DOMAIN=$3 PUBLISHER=$4
[[ $NAME =~ ^[A-Za-z0-9][A-Za-z0-9\ ._-]*$ ]] || { echo "The name \"$NAME\" becomes a folder's: letters, digits, spaces, . _ -" >&2; exit 2; }
[[ $ID =~ ^[a-z][a-z0-9-]*$ ]] || { echo "The id \"$ID\" becomes a program's name: small letters, digits, hyphens" >&2; exit 2; }
[[ $DOMAIN =~ ^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$ ]] || { echo "\"$DOMAIN\" is no domain in reverse, such as com.acme" >&2; exit 2; }
[[ $PUBLISHER =~ ^[[:alnum:]][[:alnum:]\ .,_-]*$ ]] || { echo "The publisher \"$PUBLISHER\" stands in scripts and XML: letters, digits, spaces, . , _ -" >&2; exit 2; }
[ -z "$(git status --porcelain)" ] || { echo "Commit or stash what you have changed first." >&2; exit 1; }

git ls-files -z | grep -zvE '^(LICENSE|CHANGELOG\.md|go\.sum|build/licences\.txt|build/(rename|upgrade)\.sh|test/docs/(rename|upgrade)_test\.go)$|^internal/vault/|\.sum$|package-lock\.json$' |
  xargs -0 grep -lIiZ latchkey |
  xargs -0 perl -pi -e '
    BEGIN { ($upper = uc $ENV{ID}) =~ tr/-/_/; }
    s/app\.latchkey\.latchkey/\0domain\0.$ENV{ID}/g;          # the id in app stores and menus
    s/app\.latchkey(?=\.\{\{|")(?!"$)/\0domain\0/g if $ARGV =~ m{^build/};
    s/app\.latchkey/\0module\0/g;
    s/Latchkey contributors/\0publisher\0/g;
    s/LATCHKEY/$upper/g;
    s/Latchkey/$ENV{NAME}/g;
    s/latchkey/$ENV{ID}/g;
    s/\0domain\0/$ENV{DOMAIN}/g; s/\0module\0/app.latchkey/g; s/\0publisher\0/$ENV{PUBLISHER}/g;
  '
git ls-files -z | grep -z latchkey | while IFS= read -r -d '' path; do
  to=${path/app.latchkey.latchkey/$DOMAIN.$ID}
  to=${to//latchkey/$ID}
  mkdir -p "$(dirname "$to")"
  git mv "$path" "$to"
done
git ls-files -z '*.go' | xargs -0 gofmt -w

printf '%s\n' "$NAME" "$ID" "$DOMAIN" "$PUBLISHER" > build/renamed # read by build/upgrade.sh

if [ $# = 5 ]; then
  cp "$5" build/appicon.svg
  build/icons.sh
fi
echo "Latchkey is now $NAME. Look at git diff, then: make test"
