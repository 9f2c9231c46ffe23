#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# Find or build the MicroPython that runs the firmware, and link it into a folder (DESIGN §11).
#
#   micropython.sh [--with-mpy-cross] [--with-32bit] FOLDER
#
# In order: CANDOUR_MICROPYTHON; a micropython on PATH; Debian's package; a build from Debian's
# source package, once, in a cache outside the tree. Each must pass probe.py by running it.
set -euo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"

with_cross='' with_32=''
while [ $# -gt 1 ]; do
  case $1 in
    --with-mpy-cross) with_cross=1 ;;
    --with-32bit) with_32=1 ;;
    *) fail Usage "unknown option '$1'" "see the head of tools/setup/micropython.sh" ;;
  esac
  shift
done
folder=$1
mkdir -p "$folder" "$candour_cache"
recipe=$(cat "$here/micropython-build.sh" "$here/sources.sha256" | sha256sum | cut -c1-12)
version=$(sed -n 's/.* micropython_\([0-9.]*\).*/\1/p' "$here/sources.sha256" | head -n 1)
cached=$candour_cache/micropython-$version-$recipe
log=$candour_cache/micropython-build.log

suits() {
  local answer
  answer=$("$1" "$here/probe.py" 2>&1) || true
  case $answer in "suits "*) return 0 ;; esac
  say "  $1 does not suit: $answer"
  return 1
}

# on_path NAME: the first NAME on PATH outside FOLDER, whose own link would find itself.
on_path() {
  local entry
  while IFS= read -r entry; do
    [ "$entry" -ef "$folder/$1" ] || { printf '%s\n' "$entry"; return 0; }
  done < <(type -ap "$1")
  return 1
}

# Debian's package, when this machine's release has one that is new enough; root alone installs.
from_package() {
  local candidate
  [ "$(id -u)" = 0 ] && command -v apt-cache >/dev/null || return 1
  candidate=$(apt-cache policy micropython 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [ -n "$candidate" ] && [ "$candidate" != '(none)' ] || return 1
  dpkg --compare-versions "$candidate" ge 1.24 || return 1
  need "$log" micropython
}

# built WHAT: build WHAT into the cache unless it is there; one build at a time.
built() {
  local destination=$cached
  [ "$1" = micropython ] || destination=$cached-32bit
  if [ ! -x "$destination/$1" ]; then
    exec 9>"$candour_cache/micropython.lock"
    flock -n 9 || { say "  waiting for another build ..."; flock 9; }
    if [ ! -x "$destination/$1" ]; then
      : >"$log"
      rm -rf "$candour_cache"/build.?????? # of a build that was killed
      "$here/micropython-build.sh" "$1" "$destination" "$log" 9>&-
    fi
    exec 9>&-
  fi
}

link() {
  ln -s "$1" "$folder/$2.new"
  mv -T "$folder/$2.new" "$folder/$2"
}

if [ -n "${CANDOUR_MICROPYTHON:-}" ]; then
  suits "$CANDOUR_MICROPYTHON" ||
    fail UnsuitableMicroPython "CANDOUR_MICROPYTHON=$CANDOUR_MICROPYTHON cannot run the firmware" \
      "name another, or unset CANDOUR_MICROPYTHON to let the set-up find or build one"
  micropython=$CANDOUR_MICROPYTHON
elif micropython=$(on_path micropython) && suits "$micropython"; then
  :
elif [ -x "$cached/micropython" ]; then
  micropython=$cached/micropython
elif from_package && suits /usr/bin/micropython; then
  micropython=/usr/bin/micropython
else
  built micropython
  micropython=$cached/micropython
fi
link "$micropython" micropython
say "  micropython: $micropython"

if [ -x "$cached/mpy-cross" ]; then
  link "$cached/mpy-cross" mpy-cross
elif cross=$(on_path mpy-cross); then
  link "$cross" mpy-cross
elif [ -n "$with_cross" ]; then
  built micropython
  link "$cached/mpy-cross" mpy-cross
fi

if [ -n "$with_32" ] && [ "$(uname -m)" != x86_64 ]; then
  say "  no 32-bit build on $(uname -m): heap tests need x86_64"
elif [ -n "$with_32" ] || [ -x "$cached-32bit/micropython32" ]; then
  built micropython32
  link "$cached-32bit/micropython32" micropython32
fi
