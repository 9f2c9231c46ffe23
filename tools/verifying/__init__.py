# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What `candour verify` puts around evidence/: reading from a disk, and saying what was found."""
