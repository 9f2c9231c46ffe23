# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The evidence server: verifies again, stores, answers with a signed receipt."""
