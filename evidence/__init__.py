# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Reading, verifying and opening evidence: bytes in, a verdict or a named error out."""
