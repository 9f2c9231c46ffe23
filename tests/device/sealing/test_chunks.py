# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The chunk path on MicroPython: opened by `cryptography`, in bounds, and without heap growth."""

import hashlib
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests import counting
from tests.device import runner

pytestmark = pytest.mark.device

SCRIPT = Path(__file__).with_name("on_chunks.py")
SLICE_BYTES = 8192
ESP32_HEAP_BYTES = 4 << 20


def _open(k_enc: bytes, k_iv: bytes, index: int, ciphertext: bytes) -> bytes:
    """docs/format.md section 5, the other way."""
    ecb = Cipher(algorithms.AES256(k_iv), modes.ECB()).encryptor()
    iv = ecb.update(index.to_bytes(16, "big"))
    cbc = Cipher(algorithms.AES256(k_enc), modes.CBC(iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(cbc.update(ciphertext) + cbc.finalize()) + unpadder.finalize()


def test_chunks_open(machine: Path, rng: random.Random) -> None:
    k_enc, k_iv = rng.randbytes(32), rng.randbytes(32)
    lengths = [*range(70), *(n * SLICE_BYTES + d for n in (1, 2) for d in range(-17, 34))]
    lengths += [rng.randrange(100_000) for _ in range(10)]
    rng.shuffle(lengths)
    chunks: list[tuple[int, bytes, int, bool]] = []
    index = 0
    for length in lengths:
        index += rng.choice([1, 1, 2, 1000, 2**20])
        chunks.append((index, rng.randbytes(length), rng.randrange(9), rng.random() < 0.5))
    chunks.append((2**32 - 1, b"the last index", 0, False))
    argument = {
        "k_enc": k_enc.hex(),
        "k_iv": k_iv.hex(),
        "chunks": [[i, plain.hex(), offset, place] for i, plain, offset, place in chunks],
    }
    outcomes = runner.call(machine, SCRIPT, "encrypt", argument)
    wrong = []
    for (index, plain, _, _), (text, digest, untouched) in zip(chunks, outcomes, strict=True):
        ciphertext = bytes.fromhex(text)
        right = (
            len(ciphertext) == len(plain) // 16 * 16 + 16
            and digest == hashlib.sha256(ciphertext).hexdigest()
            and untouched
            and _open(k_enc, k_iv, index, ciphertext) == plain
        )
        if not right:
            wrong.append((index, len(plain)))
    counting.record(f"chunks opened on {machine.name}", len(chunks), len(wrong))
    assert wrong == []


def test_misuse_is_refused(machine: Path) -> None:
    assert runner.call(machine, SCRIPT, "refuse") == []


@pytest.mark.parametrize("chunk_bytes", [3, 10_001, 30_000])
def test_chunks_grow_no_heap(machine: Path, chunk_bytes: int) -> None:
    result = runner.call(
        machine,
        SCRIPT,
        "growth",
        {"chunk_bytes": chunk_bytes, "count": 500},
        heap_bytes=ESP32_HEAP_BYTES,
    )
    assert result["growth"] <= 0
    # Three hash objects, their digests and a few views, all of it garbage at once.
    assert result["garbage"] < (1024 if machine.name.endswith("32") else 1600)
