# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: keys, signed messages and sealed keys, as the firmware's rooms use them."""

from binascii import hexlify, unhexlify

from sealing import cose, ed25519, hkdf, hpke
from sealing.errors import KeyFault, RandomFault, SealingError
from sealing.hmac256 import equal
from sealing.wipe import wipe


def _hex(data: bytes) -> str:
    return hexlify(data).decode()


class Replay:
    """A random source that gives what it was given."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        return self._data[:count]


def sign(cases: list[list[str]]) -> list[str]:
    """COSE messages of [seed, domain, payload]."""
    out = []
    for seed, domain, payload in cases:
        out.append(
            _hex(cose.sign1(ed25519.SigningKey(unhexlify(seed)), domain, unhexlify(payload)))
        )
    return out


def verify(cases: list[list[str]]) -> list[str]:
    """What [public key, domain, message] gives: the payload in hex or the error's name."""
    out = []
    for public, domain, message in cases:
        try:
            out.append(_hex(cose.verify1(unhexlify(public), domain, unhexlify(message))))
        except SealingError as error:
            out.append(type(error).__name__)
    return out


def interleaved(argument: list[str]) -> dict:
    """Two signatures made step by step in turn, and the steps that each took."""
    keys = [ed25519.SigningKey(unhexlify(seed)) for seed in argument]
    runs = [key.sign_steps(b"message %d" % i) for i, key in enumerate(keys)]
    steps = [0, 0]
    signatures = [None, None]
    while None in signatures:
        for i in (0, 1):
            if signatures[i] is None:
                signatures[i] = next(runs[i])
                steps[i] += 1
    again = [key.sign(b"message %d" % i) for i, key in enumerate(keys)]
    return {
        "steps": steps,
        "signatures": [_hex(s) for s in signatures],
        "same": again == signatures,
    }


def wiped(seed: str) -> dict:
    """What a wiped key still does, before and within a signature."""
    key = ed25519.SigningKey(unhexlify(seed))
    steps = key.sign_steps(b"message")
    next(steps)
    key.wipe()
    faults = 0
    for use in (lambda: list(steps), lambda: key.sign(b"message")):
        try:
            use()
        except KeyFault:
            faults += 1
    left = any(key._scalar) or any(key._prefix)
    return {"faults": faults, "secret left": left, "public": _hex(key.public)}


def seal(cases: list[list[str]]) -> list[list[str]]:
    """HPKE of [recipient, info, aad, plaintext, ephemeral]: encapsulated key and ciphertext."""
    out = []
    for recipient, info, aad, plaintext, ephemeral in cases:
        source = Replay(unhexlify(ephemeral))
        enc, sealed = hpke.seal(
            unhexlify(recipient),
            unhexlify(info),
            unhexlify(aad),
            unhexlify(plaintext),
            source.take,
        )
        out.append([_hex(enc), _hex(sealed)])
    return out


def bad_random(recipient: str) -> list[int]:
    """Which bad random sources are taken; none may be."""
    sources = (
        lambda count: b"",
        lambda count: bytes(count),
        lambda count: b"\xff" * count,
        lambda count: bytes(range(count - 1)),
        lambda count: bytes(range(count + 1)),
    )
    taken = []
    for i, source in enumerate(sources):
        try:
            hpke.seal(unhexlify(recipient), b"", b"", b"key", source)
            taken.append(i)
        except RandomFault:
            pass
    return taken


def derive(cases: list[list[str]]) -> list[str]:
    return [_hex(hkdf.derive(unhexlify(secret), unhexlify(info))) for secret, info in cases]


def wipe_and_equal(_: None) -> list[str]:
    """What `wipe` leaves and `equal` gets wrong."""
    wrong = []
    for length in range(70):
        buffer = bytearray(b"\xa5" * length)
        guard = bytearray(b"\xa5" * 32)
        wipe(buffer)
        if any(buffer) or guard != b"\xa5" * 32:
            wrong.append("wipe %d" % length)
        view = bytearray(b"\xa5" * (length + 8))
        wipe(memoryview(view)[3 : 3 + length])
        if view != b"\xa5" * 3 + bytes(length) + b"\xa5" * 5:
            wrong.append("wipe of a view of %d" % length)
    for a, b, same in (
        (b"", b"", True),
        (b"abc", b"abc", True),
        (b"abc", b"abd", False),
        (b"abc", b"ab", False),
        (b"\x00" * 32, b"\x00" * 31 + b"\x80", False),
    ):
        if equal(a, b) is not same:
            wrong.append("equal %r" % [a, b])
    return wrong
