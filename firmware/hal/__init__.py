# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Thin adapters over the vendor's modules; `main.py` gives them to everything else.

Only this room imports `machine`, `csi`, `pins` and `os.urandom`. Nothing here decides anything.
"""
