#!/usr/bin/env bash
# Signs programs and installers for Windows, if the environment names a key:
#
#   LATCHKEY_SIGN_COMMAND   a command that signs the file named by its last argument,
#                           such as signtool with a token, or a signing service's own
#   LATCHKEY_SIGN_PKCS12    a key and its certificate in a file, used by osslsigncode;
#   LATCHKEY_SIGN_PASSFILE  the file with its passphrase (an argument would be seen)
#   LATCHKEY_SIGN_TIMESTAMP the timestamp service; without one a signature ends with
#                           its certificate
#
#   build/windows/sign.sh FILE...
set -euo pipefail

for file in "$@"; do
  if [ -n "${LATCHKEY_SIGN_COMMAND:-}" ]; then
    $LATCHKEY_SIGN_COMMAND "$file"
  elif [ -n "${LATCHKEY_SIGN_PKCS12:-}" ]; then
    options=(-h sha256 -n "Latchkey")
    [ -z "${LATCHKEY_SIGN_PASSFILE:-}" ] || options+=(-readpass "$LATCHKEY_SIGN_PASSFILE")
    [ -z "${LATCHKEY_SIGN_TIMESTAMP:-}" ] || options+=(-ts "$LATCHKEY_SIGN_TIMESTAMP")
    osslsigncode sign -pkcs12 "$LATCHKEY_SIGN_PKCS12" "${options[@]}" -in "$file" -out "$file.signed" >/dev/null
    mv "$file.signed" "$file"
  fi
done
