#!/usr/bin/env bash
# Installs what is missing on Debian and Ubuntu: to build (demo), to test (test), to
# make the packages (package), to test those (packages), and to test against other
# makers' providers (providers). It says what it installs, asks sudo only when
# something is missing and it is not root already, and on other systems names the
# packages and ends with 1.
#
#   build/setup.sh cli | demo | test | package | packages | providers
set -euo pipefail
cd "$(dirname "$0")/.."

window="gcc pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev"
tests="$window swtpm xvfb xdotool openbox wmctrl dbus gnome-keyring chromium imagemagick fonts-noto-core nodejs npm desktop-file-utils appstream man-db nsis wixl msitools iproute2 util-linux libxml2-utils curl python3-dbusmock krb5-kdc krb5-admin-server krb5-user"
package="$window binutils nsis wixl msitools zip xz-utils"
packages="$package xvfb xdotool dbus gnome-keyring mmdebstrap rpm lintian cpio file wine64 wine gcc-mingw-w64-x86-64 osslsigncode openssl unzip icoutils desktop-file-utils appstream man-db flatpak-builder ruby python3-jsonschema python3-yaml"
# LemonLDAP::NG with what its OpenID Connect issuer loads, and a server for it; gcc for Ory Hydra's SQLite.
providers="gcc libc6-dev lemonldap-ng-fastcgi-server liblemonldap-ng-portal-perl libcrypt-openssl-bignum-perl libcrypt-openssl-rsa-perl libcrypt-openssl-x509-perl libcrypt-urandom-perl libgd-securityimage-perl libimage-magick-perl libio-string-perl libstring-random-perl starman"

case "${1:-}" in
  cli) want="" ;;
  demo) want="$window" ;;
  test) want="$tests" ;;
  package) want="$package" ;;
  packages) want="$packages" ;;
  providers) want="$providers" ;;
  *) echo "usage: build/setup.sh cli|demo|test|package|packages|providers" >&2; exit 2 ;;
esac

if ! command -v go >/dev/null; then
  echo "Go is missing: install it from https://go.dev/dl/ (version $(sed -n 's/^go //p' go.mod) or newer)." >&2
  exit 1
fi

if [ "$(uname -s)" = Darwin ] && [[ "$1" =~ ^(demo|package)$ ]]; then
  want=""
  xcode-select -p >/dev/null 2>&1 || { echo "The command line tools are missing: xcode-select --install" >&2; exit 1; }
fi

have() { # the package is installed; for Node a program of that name is enough
  case "$1" in
    nodejs) command -v node >/dev/null && return ;;
    npm) command -v npm >/dev/null && return ;;
  esac
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

missing=""
if [ -n "$want" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "This script installs packages on Debian and Ubuntu alone. Install what these are called on your system:" >&2
    echo "  $want" >&2
    exit 1
  fi
  for package in $want; do
    have "$package" || missing="$missing $package"
  done
fi
if [ -n "$missing" ]; then
  echo "Installing:$missing"
  run=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Run this as root, or install sudo: apt-get install$missing" >&2; exit 1; }
    run=sudo
  fi
  $run apt-get update -qq
  # shellcheck disable=SC2086
  $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if [ "$1" = test ]; then
  for folder in test/web test/provider; do
    [ -f "$folder/package.json" ] || continue
    if [ ! -f "$folder/node_modules/.package-lock.json" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
      echo "Installing the test tools of $folder"
      npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
    fi
  done
fi
