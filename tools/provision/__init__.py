# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the fleet team does before the first recording: identities of a force and its machines."""
