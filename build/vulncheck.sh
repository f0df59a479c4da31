#!/usr/bin/env bash
# make vulncheck: asks the Go vulnerability database about the modules of both programs,
# with govulncheck, which tools/go.mod pins. An advisory about code that a program calls
# is a failure; one about code that is only linked in is named.
#
#   build/vulncheck.sh [PACKAGE …]   checks; all packages unless some are named
#   build/vulncheck.sh --vex FILE    writes which advisories do not apply, and why (OpenVEX)
#
# The database is https://vuln.go.dev. Where it cannot be reached, GOVULNDB names a copy:
# a folder of its entries in the OSV format, such as GOVULNDB=file:///srv/vulndb.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
go build -modfile=tools/go.mod -o "$tool/govulncheck" golang.org/x/vuln/cmd/govulncheck
scan() { "$tool/govulncheck" -db "${GOVULNDB:-https://vuln.go.dev}" "$@"; }

# explained CODE: says what to do when the database did not answer.
explained() {
  [ "$1" != 1 ] || echo "vulncheck: nothing was checked. If the database cannot be reached from here, GOVULNDB names a copy (build/vulncheck.sh)." >&2
  exit "$1"
}

if [ "${1:-}" = --vex ]; then
  scan -format openvex -tags webkit2_41 ./... >"$2" || explained $?
  exit 0
fi
if [ $# -gt 0 ]; then
  scan -tags webkit2_41 "$@" || explained $?
  exit 0
fi
scan -tags webkit2_41 ./... || explained $?
scan -tags webkit2_41,demo ./... || explained $?
GOOS=windows CGO_ENABLED=0 scan ./cmd/... ./signin/... || explained $?
