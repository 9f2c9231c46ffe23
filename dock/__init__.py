# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon on the docking station: pulls, verifies, spools and forwards; an untrusted relay."""
