# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's application: from a press of the button to a sealed recording on the card."""
