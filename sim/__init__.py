# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The simulator: stand-ins for the vendor modules, below the firmware's hal."""
