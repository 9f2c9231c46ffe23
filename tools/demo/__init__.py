# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way on one machine, by the programs that a force would run. README, `make demo`."""
