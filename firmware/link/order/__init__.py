# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The orders of docs/format.md §10, one a module; each carries out one that orders.py let through.

A module has `steps(...)`, a generator of bounded units that returns whether anything was done, or
raises Refused with the result code; an OSError is the card's or the flash's.
"""
