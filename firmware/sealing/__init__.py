# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera seals evidence with: ciphers, signatures, CBOR and COSE.

Everything here is bytes in, bytes out: no file, no clock, no pin. Random bytes come from a
callable that the caller gives.
"""
