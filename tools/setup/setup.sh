#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# Make this checkout ready: Python >= 3.11, uv, the locked packages in .venv, MicroPython.
#
#   setup.sh [--full]      --full adds what only `make check` needs: mpy-cross and the 32-bit build
#
# Stamps in .venv hold the digest of all that decides what is installed; while they hold, this
# ends at once. CANDOUR_PYTHON, CANDOUR_MICROPYTHON and CANDOUR_CACHE override.
set -euo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
. "$here/steps.sh"

full=
case ${1:-} in
  '') ;;
  --full) full=1 ;;
  *) fail Usage "unknown option '$1'" "see the head of tools/setup/setup.sh" ;;
esac
venv=$PWD/.venv
bin=$venv/bin
log=$candour_cache/setup.log
locks=(requirements-dev.lock requirements-stubs.lock)

digest() { sha256sum | cut -d' ' -f1; }
# Of pyproject.toml, what is installed: the settings of the tools below do not count.
project() { sed '/^\[tool\.ruff\]/,$d' pyproject.toml; }
packages() {
  { printf '%s\n' "$venv" "${CANDOUR_PYTHON:-}"; cat "${locks[@]}" "$here"/uv*; project; } | digest
}
everything() { { packages; echo "${CANDOUR_MICROPYTHON:-}"; cat "$here"/*.*; } | digest; }
stamped() { [ "$(cat "$venv/$1.stamp" 2>/dev/null)" = "$("$1")" ] && [ -x "$bin/python" ]; }

ready() {
  stamped everything && [ -x "$bin/micropython" ] || return 1
  [ -z "$full" ] || { [ -x "$bin/mpy-cross" ] && [ -e "$venv/full.stamp" ]; }
}

# find_python [again]: sets python; a Debian without one gets its own when root.
find_python() {
  local name
  for name in ${CANDOUR_PYTHON:+"$CANDOUR_PYTHON"} python3 python3.11 python3.12 python3.13; do
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    python=$("$name" -c 'import sys; print(sys.executable)')
    say "  python: $python ($("$python" -c 'import platform; print(platform.python_version())'))"
    return
  done
  if [ "${1:-}" != again ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    need "$log" python3 python3-venv
    find_python again
    return
  fi
  fail NoPython "no Python 3.11 or later was found" \
    "install one (Debian 12: apt-get install python3 python3-venv) or set CANDOUR_PYTHON"
}

# uv in an environment of its own, by the Python's own pip and its configuration.
find_uv() {
  local digest home
  digest=$(sha256sum "$here/uv.requirements" | cut -c1-12)
  home=$candour_cache/uv-$digest
  uv=$home/bin/uv
  [ ! -e "$home/complete" ] || ! "$uv" --version >/dev/null 2>&1 || return 0
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need "$log" python3-venv
  step "$log" "making an environment for uv" "$python" -m venv --clear "$home"
  step "$log" "installing uv" "$home/bin/python" -m pip install --disable-pip-version-check \
    --require-hashes --only-binary :all: -r "$here/uv.requirements"
  touch "$home/complete"
}

# uv does not read pip's configuration; a machine's own index and certificates are passed on.
configure_uv() {
  local pip=("${uv%/uv}/python" -m pip --disable-pip-version-check config list) index cert
  index=$("${pip[@]}" 2>/dev/null | sed -n "s/^[^=]*\.index-url='\(.*\)'$/\1/p" | tail -n 1)
  cert=$("${pip[@]}" 2>/dev/null | sed -n "s/^[^=]*\.cert='\(.*\)'$/\1/p" | tail -n 1)
  [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
  [ -z "$cert" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$cert}"
  export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
}

sync_packages() {
  stamped packages && return
  rm -f "$venv/packages.stamp"
  local target=(--python "$bin/python")
  "$bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    step "$log" "making .venv" "$uv" venv --clear --python "$python" "$venv"
  step "$log" "installing the locked packages" \
    "$uv" pip sync "${target[@]}" --require-hashes requirements-dev.lock
  step "$log" "installing the firmware's type stubs" \
    "$uv" pip sync "${target[@]}" --target "$venv/stubs" --require-hashes requirements-stubs.lock
  step "$log" "installing candour" "$uv" pip install "${target[@]}" --no-deps --editable .
  packages >"$venv/packages.stamp"
}

ready && exit 0
[ -n "${HOME:-}${CANDOUR_CACHE:-}" ] ||
  fail NoHome "neither HOME nor CANDOUR_CACHE is set" "set CANDOUR_CACHE to a folder for the cache"
mkdir -p "$candour_cache" || fail NoCache "cannot write $candour_cache" "set CANDOUR_CACHE"
say "Setting up (later runs skip this). Log: $log"
if command -v flock >/dev/null; then
  exec 8>"$candour_cache/setup.lock"
  flock -n 8 || { say "  waiting for another set-up ..."; flock 8; }
  ready && exit 0
fi
: >"$log"
rm -f "$venv/everything.stamp" "$venv/full.stamp"
find_python
find_uv
configure_uv
sync_packages
"$here/micropython.sh" ${full:+--with-mpy-cross --with-32bit} "$bin" 8>&-
[ -z "$full" ] || touch "$venv/full.stamp"
everything >"$venv/everything.stamp"
say "Ready after $SECONDS s."
