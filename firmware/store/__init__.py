# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera keeps: the evidence ring on the card, and its own state in internal flash.

Everything that a promise rests on is durable before the call that changes it returns.
"""
