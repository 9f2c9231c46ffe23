# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: the chunk path, what it writes and what it leaves in the heap."""

import gc
import time
from binascii import hexlify, unhexlify
from hashlib import sha256

from cryptolib import aes
from sealing.chunkcipher import ChunkCipher
from sealing.errors import SealingError
from sealing.hmac256 import HmacSha256

_K_ENC = b"\x01" * 32
_K_IV = b"\x02" * 32


def encrypt(argument: dict) -> list[list]:
    """[ciphertext, its digest, untouched] of chunks [index, plaintext, offset, in place]."""
    cipher = ChunkCipher(unhexlify(argument["k_enc"]), unhexlify(argument["k_iv"]))
    out = []
    for index, plain, offset, in_place in argument["chunks"]:
        plain = unhexlify(plain)
        room = bytearray(b"\xcc" * (offset + len(plain) + 40))
        target = memoryview(room)[offset:]
        source = memoryview(plain)
        if in_place:
            room[offset : offset + len(plain)] = plain
            source = target[: len(plain)]
        length = cipher.encrypt_into(target, source, index)
        around = room[:offset] + room[offset + length :]
        untouched = all(byte == 0xCC for byte in around)
        text = hexlify(room[offset : offset + length]).decode()
        out.append([text, hexlify(cipher.ciphertext_sha256).decode(), untouched])
    return out


def refuse(_: None) -> list[str]:
    """Misuses that are taken."""
    cipher = ChunkCipher(_K_ENC, _K_IV)
    out = bytearray(64)
    cipher.encrypt_into(out, b"first", 5)
    wiped = ChunkCipher(_K_ENC, _K_IV)
    wiped.wipe()
    taken = []
    for name, use in (
        ("the same index", lambda: cipher.encrypt_into(out, b"again", 5)),
        ("a lower index", lambda: cipher.encrypt_into(out, b"again", 4)),
        ("a negative index", lambda: ChunkCipher(_K_ENC, _K_IV).encrypt_into(out, b"", -1)),
        ("an index of 33 bits", lambda: cipher.encrypt_into(out, b"", 1 << 32)),
        ("no room for the padding", lambda: cipher.encrypt_into(out, bytes(64), 6)),
        ("a short key", lambda: ChunkCipher(_K_ENC[:16], _K_IV)),
        ("a short IV key", lambda: ChunkCipher(_K_ENC, _K_IV[:16])),
        ("wiped keys", lambda: wiped.encrypt_into(out, b"", 6)),
    ):
        try:
            use()
            taken.append(name)
        except SealingError:
            pass
    return taken


def growth(argument: dict) -> dict:
    """Bytes of heap that chunks and their tags take: garbage of each, and growth of a round."""
    chunk_bytes = argument["chunk_bytes"]
    count = argument["count"]
    cipher = ChunkCipher(_K_ENC, _K_IV)
    mac = HmacSha256(b"\x03" * 32)
    header = bytearray(60)
    plain = memoryview(bytearray(chunk_bytes))
    out = memoryview(bytearray(chunk_bytes + 16))
    tag = bytes(32)
    index = 0
    held = []
    garbage = 0
    # The first round fills what is made once; the collector is off within a round.
    for _ in range(3):
        gc.collect()
        before = gc.mem_alloc()
        gc.disable()
        for _ in range(count):
            cipher.encrypt_into(out, plain, index)
            tag = mac.mac(tag, header, cipher.ciphertext_sha256)
            index += 1
        garbage = gc.mem_alloc() - before
        gc.enable()
        gc.collect()
        held.append(gc.mem_alloc())
    return {"garbage": garbage // count, "growth": held[2] - held[1]}


def speed(argument: dict) -> dict:
    """Bytes a second of the chunk path, and of cryptolib and hashlib alone over the same bytes."""
    chunk_bytes = argument["chunk_bytes"]
    count = argument["count"]
    plain = memoryview(bytearray(chunk_bytes))
    out = memoryview(bytearray(chunk_bytes + 16))
    cipher = ChunkCipher(_K_ENC, _K_IV)
    gc.collect()
    start = time.ticks_us()
    for i in range(count):
        cipher.encrypt_into(out, plain, i)
    ours_us = time.ticks_diff(time.ticks_us(), start)
    bare = aes(_K_ENC, 2, bytes(16))
    whole = chunk_bytes & -16
    into = out[:whole]
    source = plain[:whole]
    gc.collect()
    start = time.ticks_us()
    for _ in range(count):
        bare.encrypt(source, into)
        sha256(into).digest()
    bare_us = time.ticks_diff(time.ticks_us(), start)
    total = chunk_bytes * count
    return {"ours": total * 1000000 // ours_us, "bare": total * 1000000 // bare_us}
