# shellcheck shell=bash disable=SC2034
# What the packaging scripts share. They source it in the repository's folder.
#
# Same commit, same bytes: programs are built with trimmed paths and without the
# folder's state, files bear the commit's date, archives are written in order.

export LC_ALL=C TZ=UTC
version=$(build/version.sh version)
base=${version%%-*} # three numbers
commit=$(build/version.sh commit)
date=$(build/version.sh date)
SOURCE_DATE_EPOCH=$(build/version.sh epoch)
export SOURCE_DATE_EPOCH

dist=${DIST:-$PWD/dist}
stage=$dist/.stage
program=app.latchkey/internal/program
stamp="-X $program.version=$version -X $program.commit=$commit -X $program.date=$date"

# window OS ARCH FILE: builds the window. Its bindings are committed, so wails has
# nothing to run; it compiles, and for Windows adds icon, version and manifest.
window() {
  local flags="" link="" made=package-of-window name=(-o package-of-window)
  case "$1" in
    linux) flags=-buildmode=pie link=-extldflags=-Wl,-z,now ;; # as distributions do; Windows' linker does by default
    darwin) made=latchkey.app name=() ;;                       # a folder, which wails names itself
  esac
  mkdir -p "$(dirname "$3")"
  [ -x "$stage/wails" ] || go build -modfile=tools/go.mod -o "$stage/wails" github.com/wailsapp/wails/v2/cmd/wails
  GOFLAGS=$flags "$stage/wails" build -platform "$1/$2" "${name[@]}" -trimpath \
    -s -m -nosyncgomod -skipbindings -ldflags "-buildid= $link $stamp" -v 0
  mv "$(ls -d "build/bin/$made"*)" "$3"
}

# ctl OS ARCH FILE: builds the command line program. Only macOS's keychain needs cgo.
ctl() {
  local cgo=0
  [ "$1" != darwin ] || cgo=1
  mkdir -p "$(dirname "$3")"
  CGO_ENABLED=$cgo GOOS=$1 GOARCH=$2 go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= $stamp" -o "$3" ./cmd/latchkeyctl
}

# extras FOLDER: the manual pages and completions of the command line program.
extras() {
  local writer=$stage/writer shell
  mkdir -p "$1/man" "$1/completions"
  CGO_ENABLED=0 go build -tags man -ldflags "$stamp" -o "$writer" ./cmd/latchkeyctl
  "$writer" man "$1/man"
  for shell in bash zsh fish powershell; do
    "$writer" completion "$shell" >"$1/completions/$shell"
  done
  rm "$writer"
}

# guid NAME: an identity that follows from the name, so that it stays the same, and is another one in a renamed product.
guid() {
  local hash
  hash=$(printf 'app.latchkey.latchkey/%s' "$1" | sha1sum | tr a-f A-F)
  printf '%s-%s-5%s-8%s-%s' "${hash:0:8}" "${hash:8:4}" "${hash:13:3}" "${hash:17:3}" "${hash:20:12}"
}

# dated FOLDER: gives everything in it the commit's date, and the usual modes.
dated() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -perm -u+x -exec chmod 755 {} +
  find "$1" -type f ! -perm -u+x -exec chmod 644 {} +
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# tarball FOLDER FILE: packs a folder, under its own name.
tarball() {
  dated "$1"
  tar -C "$(dirname "$1")" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner -cf - "$(basename "$1")" | gzip -n9 >"$2"
}

# zipped FOLDER FILE: the same as a zip.
zipped() {
  dated "$1"
  rm -f "$2"
  (cd "$(dirname "$1")" && find "$(basename "$1")" | sort | zip -X -9 -q "$2" -@)
}
