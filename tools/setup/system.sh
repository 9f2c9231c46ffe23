#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# Install Debian packages that are missing when root; otherwise name them in one line and fail.
#
#   system.sh PACKAGE...
set -euo pipefail
exec </dev/null
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/steps.sh"
mkdir -p "$candour_cache"
need "$candour_cache/system.log" "$@"
