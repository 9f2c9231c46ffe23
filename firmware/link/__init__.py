# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's side of the link: from a bare serial port to footage given away and orders obeyed.

Nothing a dock sends frees, sets or changes anything by itself: only orders signed by the service
key do (orders.py). docs/link.md.
"""
