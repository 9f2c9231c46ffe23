# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Takes a segment apart into its records, for tests that remove, double, swap or add one."""

from evidence.chunk import ChunkHeader
from evidence.header import read_header


def split(data: bytes) -> list[bytes]:
    """The records of a good segment: header, chunks, seals."""
    _, end = read_header(data)
    records = [data[:end]]
    while end < len(data):
        begin = end
        if data[begin : begin + 4] == b"CDRc":
            end += 60 + ChunkHeader.unpack(data[begin:]).length + 32
        else:
            end += 24 + int.from_bytes(data[begin + 20 : begin + 24], "big")
        records.append(data[begin:end])
    return records
