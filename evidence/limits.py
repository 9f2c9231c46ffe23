# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The limits of docs/format.md §2, with their units. Nothing is allocated past them."""

SEGMENT_BYTES = 8 << 20
SEGMENT_US = 20_000_000
GROUP_US = 5_000_000
GROUP_CHUNKS = 512
CHUNK_BYTES = 1 << 20
HEADER_RECORD_BYTES = 1024
SEAL_BYTES = 320
RECORDING_SEGMENTS = 1 << 16
TICKETS = 48
BUNDLE_FILES = 8192
BUNDLE_FOLDER_FILES = 4096
MANIFEST_BYTES = 1 << 20
ANCHOR_BYTES = 64 << 10
ANCHOR_ROOTS = 16
UNCERTAINTY_UNKNOWN_US = (1 << 32) - 1
