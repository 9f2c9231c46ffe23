# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# Shared by the set-up scripts: progress, named failures, Debian packages. Sourced by bash.
# A failure always says which step failed, where its log is and what to do next.

candour_cache=${CANDOUR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/candour}
step_name=
step_log=

# say TEXT: one line of progress.
say() { printf '%s\n' "$*" >&2; }

# fail NAME MESSAGE NEXT: end with a named error and its next step.
fail() {
  say ""
  say "error: $1: $2"
  [ -z "$step_name" ] || say "  step: $step_name"
  [ -z "$step_log" ] || { say "  log:  $step_log"; tail -n 5 "$step_log" | sed 's/^/        /' >&2; }
  say "  next: $3"
  exit 1
}

# step LOG TEXT COMMAND...: run COMMAND with its output in LOG; say TEXT before, seconds after.
step() {
  step_log=$1 step_name=$2
  shift 2
  local begun=$SECONDS
  printf '  %s ... ' "$step_name" >&2
  printf '\n== %s\n' "$step_name" >>"$step_log"
  if ! "$@" >>"$step_log" 2>&1; then
    say "failed"
    fail StepFailed "'$step_name' did not succeed" \
      "read the log; when the cause is mended, run the same command again"
  fi
  say "$((SECONDS - begun)) s"
  step_name='' step_log=''
}

# packages_missing PACKAGE...: print those that dpkg does not hold installed.
packages_missing() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s\n' "$package"
  done
}

apt_install() {
  local options=(-y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  export DEBIAN_FRONTEND=noninteractive
  apt-get install "${options[@]}" "$@" && return
  # The lists of a fresh machine are empty, and old ones name files that are gone.
  apt-get -o DPkg::Lock::Timeout=300 update && apt-get install "${options[@]}" "$@"
}

# need LOG PACKAGE...: install what is missing when root, else name it in one line.
need() {
  local log=$1 missing
  shift
  command -v dpkg-query >/dev/null ||
    fail NotDebian "cannot look for the packages $*" "install their like by hand, then run again"
  mapfile -t missing < <(packages_missing "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] ||
    fail MissingPackages "this system lacks: ${missing[*]}" \
      "as root: apt-get install ${missing[*]}"
  step "$log" "installing ${missing[*]}" apt_install "${missing[@]}"
}

# check_digests FOLDER PINS: every upstream tarball in FOLDER must have its digest in PINS.
check_digests() {
  local tarball digest name refused=
  for tarball in "$1"/*.orig*.tar.*; do
    name=${tarball##*/}
    digest=$(sha256sum "$tarball" | cut -d' ' -f1) || digest=unreadable
    grep -q -F -x "$digest  $name" "$2" || refused="$refused $name=$digest"
  done
  [ -z "$refused" ] ||
    fail UnpinnedSource "not in ${2##*/}:$refused" \
      "read what changed in that source, then add its line to tools/setup/sources.sha256"
}
