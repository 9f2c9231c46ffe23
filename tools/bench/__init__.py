# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Speed and memory beside a peer or a limit in the same run; never part of a test."""
