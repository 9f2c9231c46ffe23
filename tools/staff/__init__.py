# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What `candour open` and `candour export` share: asking the evidence server as staff."""
