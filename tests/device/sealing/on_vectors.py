# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: each function takes a list of vectors and returns those that went wrong."""

from binascii import hexlify, unhexlify

from cryptolib import aes
from sealing import ed25519, gcm, hkdf, hpke, x25519
from sealing.errors import KeyFault, WeakPeer
from sealing.hmac256 import HmacSha256
from sealing.sha512 import Sha512, sha512

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _hex(data: bytes) -> str:
    return hexlify(data).decode()


def _wrong(vectors: list[dict], right: "Callable[[dict], bool]") -> list[dict]:
    return [vector for vector in vectors if not right(vector)]


def ed25519_sign_and_verify(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        key = ed25519.SigningKey(unhexlify(v["seed"]))
        message = unhexlify(v["message"])
        signature = unhexlify(v["signature"])
        return (
            _hex(key.public) == v["public"]
            and key.sign(message) == signature
            and ed25519.verify(key.public, message, signature)
            and not ed25519.verify(key.public, message + b"x", signature)
        )

    return _wrong(vectors, right)


def ed25519_refuse(vectors: list[dict]) -> list[dict]:
    return _wrong(
        vectors,
        lambda v: (
            not ed25519.verify(
                unhexlify(v["public"]), unhexlify(v["message"]), unhexlify(v["signature"])
            )
        ),
    )


def x25519_exchange(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        scalar, u = unhexlify(v["scalar"]), unhexlify(v["u"])
        for _ in range(v["times"]):
            scalar, u = x25519.exchange(scalar, u), scalar
        return _hex(scalar) == v["out"]

    return _wrong(vectors, right)


def x25519_public(vectors: list[dict]) -> list[dict]:
    base = b"\x09" + bytes(31)

    def right(v: dict) -> bool:
        private = unhexlify(v["private"])
        public = x25519.public_key(private)
        return _hex(public) == v["public"] and x25519.exchange(private, base) == public

    return _wrong(vectors, right)


def x25519_refuse(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        try:
            x25519.exchange(b"\x5a" * 32, unhexlify(v["u"]))
        except WeakPeer:
            return True
        return False

    return _wrong(vectors, right)


def hmac256(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        state = HmacSha256(unhexlify(v["key"]))
        message = unhexlify(v["message"])
        cut = len(message) // 2
        parts = state.mac(message[: cut // 2], message[cut // 2 : cut], message[cut:])
        return _hex(state.mac(message)) == v["mac"] and _hex(parts) == v["mac"]

    return _wrong(vectors, right)


def hkdf256(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        key = hkdf.extract(unhexlify(v["salt"]), unhexlify(v["secret"]))
        out = hkdf.expand(key, unhexlify(v["info"]), v["length"])
        return _hex(key) == v["prk"] and _hex(out) == v["okm"]

    return _wrong(vectors, right)


def sha512_messages(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        message = unhexlify(v["message"])
        state = Sha512()
        for at in range(0, len(message), 37):
            state.update(memoryview(message)[at : at + 37])
        return _hex(sha512(message)) == v["digest"] and _hex(state.digest()) == v["digest"]

    return _wrong(vectors, right)


def sha512_monte(vectors: list[dict]) -> list[dict]:
    """The chain of SHAVS section 6.4."""
    wrong = []
    for v in vectors:
        seed = unhexlify(v["seed"])
        for i, checkpoint in enumerate(v["checkpoints"]):
            a = b = c = seed
            for _ in range(1000):
                a, b, c = b, c, sha512(a, b, c)
            seed = c
            if _hex(seed) != checkpoint:
                wrong.append({"checkpoint": i})
                break
    return wrong


def aes_gcm(vectors: list[dict]) -> list[dict]:
    return _wrong(
        vectors,
        lambda v: (
            _hex(gcm.seal(*(unhexlify(v[n]) for n in ("key", "nonce", "aad", "plaintext"))))
            == v["sealed"]
        ),
    )


def aes_cbc(vectors: list[dict]) -> list[dict]:
    return _wrong(
        vectors,
        lambda v: (
            _hex(
                aes(unhexlify(v["key"]), 2, unhexlify(v["iv"])).encrypt(unhexlify(v["plaintext"]))
            )
            == v["ciphertext"]
        ),
    )


def hpke_seal(vectors: list[dict]) -> list[dict]:
    def right(v: dict) -> bool:
        enc, sealed = hpke.seal(
            unhexlify(v["pkRm"]),
            unhexlify(v["info"]),
            unhexlify(v["aad"]),
            unhexlify(v["pt"]),
            lambda count: unhexlify(v["skEm"])[:count],
        )
        return _hex(enc) == v["enc"] and _hex(sealed) == v["ct"]

    return _wrong(vectors, right)


def _keys_taken(key: bytes) -> list[str]:
    taken = []
    for name, use in (
        ("seed", lambda: ed25519.SigningKey(key)),
        ("private", lambda: x25519.public_key(key)),
        ("peer", lambda: x25519.exchange(b"\x07" * 32, key)),
        ("gcm", lambda: gcm.seal(key, bytes(12), b"", b"")),
    ):
        try:
            use()
            taken.append("%s of %d bytes" % (name, len(key)))
        except KeyFault:
            pass
    return taken


def refuse_lengths(_: None) -> list[str]:
    """Keys of every length but 32 that are taken nonetheless."""
    taken = []
    for length in range(70):
        if length != 32:
            taken += _keys_taken(b"\x07" * length)
    return taken
