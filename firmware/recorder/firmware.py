# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The digest of the firmware that runs: every header carries it (docs/format.md section 12)."""

import hashlib
import os

from micropython import const
from sealing import cbor

_FOLDER = const(0x4000)
_BLOCK_BYTES = const(4096)


def digest(root: str) -> bytes:
    """SHA-256 over the paths and digests of the `.py` and `.mpy` files below `root`."""
    buf = bytearray(_BLOCK_BYTES)
    files = sorted(_walk(root, ""), key=lambda path: path.encode())
    return hashlib.sha256(cbor.encode([[path, _hash(root, path, buf)] for path in files])).digest()


def _walk(root: str, folder: str):
    """A generator of the paths of the files below a folder."""
    for entry in os.ilistdir(root + "/" + folder if folder else root):
        path = folder + "/" + entry[0] if folder else entry[0]
        if entry[1] == _FOLDER:
            yield from _walk(root, path)
        elif path.endswith((".py", ".mpy")):
            yield path


def _hash(root: str, path: str, buf: bytearray) -> bytes:
    state = hashlib.sha256()
    view = memoryview(buf)
    with open(root + "/" + path, "rb") as file:
        while count := file.readinto(buf):
            state.update(view[:count])
    return state.digest()
