# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Films for people to look at. A film is a copy; the evidence is the bundle."""
