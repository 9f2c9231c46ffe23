# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One operator command a file; each file's `command` is what `candour NAME` runs."""
