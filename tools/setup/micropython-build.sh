#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# Build MicroPython's unix port and mpy-cross from Debian's source package (DESIGN §11).
#
#   micropython-build.sh WHAT DESTINATION LOG      WHAT: micropython | micropython32
#
# The mirror is the one that this machine's apt uses; the system's own apt state is not touched.
# Trust: apt checks the archive's signature, and each source must have a digest in
# sources.sha256. DESTINATION appears whole or not at all. This file and the digests are the
# recipe: the cache is keyed by their hash.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/steps.sh"

suite=trixie
what=$1 destination=$2 log=$3
mkdir -p "$(dirname "$destination")"

# MicroPython's makefiles cannot live under a path with spaces.
case $destination in
  *[[:space:]]*) work=$(mktemp -d /tmp/candour-build.XXXXXX) ;;
  *) work=$(mktemp -d "$(dirname "$destination")/build.XXXXXX") ;;
esac
trap 'rm -rf "$work" "$destination.new"' EXIT
trap 'exit 130' INT TERM

# Debian mirrors of this machine, the main archive first.
mirrors() {
  {
    apt-get indextargets --format '$(REPO_URI)' 2>/dev/null
    apt-get --print-uris update 2>/dev/null | sed -n "s|^'\(.*/\)dists/.*|\1|p"
  } | grep -v -e security -e '^cdrom:' | awk '!seen[$0]++ { print (/debian/ ? 0 : 1), $0 }' |
    sort -s -n -k1,1 | cut -d' ' -f2-
}

apt_own() { apt-get -c "$work/apt/apt.conf" "$@"; }

# configure_apt MIRROR: an apt of our own, with its own lists and sources.
configure_apt() {
  local keyring=/usr/share/keyrings/debian-archive-keyring stale=true
  [ -e "$keyring.gpg" ] && keyring=$keyring.gpg || keyring=$keyring.pgp
  # A snapshot's index is as old as the snapshot; the pinned digests keep it safe.
  case $1 in *snapshot*) stale=false ;; esac
  mkdir -p "$work/apt/state/lists/partial" "$work/apt/cache/archives/partial" "$work/sources"
  : >"$work/apt/state/status"
  printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$1" "$suite" >"$work/apt/sources.list"
  cat >"$work/apt/apt.conf" <<CONF
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/state/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::Check-Valid-Until "$stale";
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
}

fetch() {
  local mirror found=
  while read -r mirror; do
    found=1
    echo "mirror: $mirror"
    configure_apt "$mirror"
    if apt_own update &&
      (cd "$work/sources" && apt_own source --download-only micropython mbedtls); then
      return 0
    fi
    rm -rf "$work/apt" "$work/sources"
  done < <(mirrors)
  [ -n "$found" ] || echo "this machine's apt names no Debian mirror"
  return 1
}

unpack() {
  tar -C "$work" -xf "$work"/sources/micropython_*.orig.tar.xz
  tar -C "$work" -xf "$work"/sources/mbedtls_*.orig.tar.bz2
  mv "$work"/micropython-[0-9]* "$work/micropython"
  rm -rf "$work/micropython/lib/mbedtls"
  mv "$work"/mbedtls-[0-9]* "$work/micropython/lib/mbedtls"
  # The build looks for a file of this submodule, which Debian leaves out and nothing here uses.
  mkdir -p "$work/micropython/lib/micropython-lib"
  touch "$work/micropython/lib/micropython-lib/README.md"
  printf 'include("$(MPY_DIR)/extmod/asyncio")\n' >"$work/manifest.py"
}

# The variables of a calling make must not reach this one.
build() {
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u CFLAGS -u LDFLAGS -u CPPFLAGS \
    MICROPY_GIT_TAG="v$version" MICROPY_GIT_HASH=debian \
    make -j"$(nproc)" -C "$work/micropython/$1" CFLAGS_EXTRA=-Wno-error "${@:2}"
}

build_unix() {
  build ports/unix BUILD=build-unix FROZEN_MANIFEST="$work/manifest.py" \
    MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 "$@"
}

probe() { "$1" "$here/probe.py"; }

case $what in
  micropython) packages=(gcc libc6-dev make python3 xz-utils bzip2 debian-archive-keyring) ;;
  micropython32) packages=(gcc-multilib make python3 xz-utils bzip2 debian-archive-keyring) ;;
  *) fail Usage "no recipe for '$what'" "name micropython or micropython32" ;;
esac
command -v apt-get >/dev/null ||
  fail NotDebian "MicroPython can be built here only from Debian's source package" \
    "put a micropython >= 1.24 on PATH, or name one in CANDOUR_MICROPYTHON"
need "$log" "${packages[@]}"
step "$log" "fetching the sources of MicroPython and Mbed TLS from this machine's mirror" fetch
check_digests "$work/sources" "$here/sources.sha256"
step "$log" "unpacking" unpack
version=$(sed -n 's/^#define MICROPY_VERSION_\(MAJOR\|MINOR\|MICRO\) //p' \
  "$work/micropython/py/mpconfig.h" | paste -s -d.)
mkdir "$work/out"
step "$log" "compiling mpy-cross $version" build mpy-cross
if [ "$what" = micropython ]; then
  step "$log" "compiling micropython $version" build_unix
  cp "$work/micropython/mpy-cross/build/mpy-cross" "$work/out/"
else
  step "$log" "compiling micropython $version, 32 bit" build_unix MICROPY_FORCE_32BIT=1
fi
cp "$work/micropython/ports/unix/build-unix/micropython" "$work/out/$what"
step "$log" "trying it" probe "$work/out/$what"

rm -rf "$destination.new"
cp -R "$work/out" "$destination.new"
rm -rf "$destination"
mv -T "$destination.new" "$destination"
