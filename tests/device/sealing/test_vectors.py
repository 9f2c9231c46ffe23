# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The standards' own vectors, and what a strict implementation must refuse, on MicroPython."""

import hashlib
import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests import counting
from tests.device import runner
from tools.vectors import comb25519, rfc

pytestmark = pytest.mark.device

VECTORS = Path(__file__).parents[2] / "vectors" / "rfc"
SCRIPT = Path(__file__).with_name("on_vectors.py")

FILES = {
    "ed25519": "ed25519_sign_and_verify",
    "ed25519-refused": "ed25519_refuse",
    "x25519": "x25519_exchange",
    "x25519-weak": "x25519_refuse",
    "hmac256": "hmac256",
    "hkdf": "hkdf256",
    "sha512": "sha512_messages",
    "sha512-monte": "sha512_monte",
    "gcm": "aes_gcm",
    "cbc": "aes_cbc",
    "hpke": "hpke_seal",
}


def _run(machine: Path, name: str, function: str, vectors: list[rfc.Vector]) -> None:
    """Run, count, and fail with the first that went wrong."""
    wrong = runner.call(machine, SCRIPT, function, vectors)
    counting.record(f"{name} on {machine.name}", len(vectors), len(wrong))
    assert wrong == []


@pytest.mark.parametrize("name", FILES)
def test_vectors(machine: Path, name: str) -> None:
    vectors = json.loads((VECTORS / f"{name}.json").read_text())
    assert vectors
    _run(machine, f"vectors {name}", FILES[name], vectors)


def test_a_wrong_vector_is_reported(micropython: Path) -> None:
    vectors = json.loads((VECTORS / "hmac256.json").read_text())
    vectors[3]["mac"] = vectors[0]["mac"]
    assert runner.call(micropython, SCRIPT, "hmac256", vectors) == [vectors[3]]
    accepted = json.loads((VECTORS / "ed25519.json").read_text())[:2]
    assert runner.call(micropython, SCRIPT, "ed25519_refuse", accepted) == accepted


@pytest.mark.slow
def test_ed25519_all_of_the_long_set(machine: Path) -> None:
    _run(machine, "ed25519 long set", "ed25519_sign_and_verify", rfc.ed25519_all())


def test_ed25519_refuses_every_flipped_bit(machine: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"flip").digest())
    public, message = key.public_key().public_bytes_raw(), b"forty bytes that a camera signs or so"
    fields = {"public": public, "message": message, "signature": key.sign(message)}
    right = {name: value.hex() for name, value in fields.items()}
    vectors: list[rfc.Vector] = []
    for name, value in fields.items():
        for bit in range(8 * len(value)):
            flipped = bytearray(value)
            flipped[bit >> 3] ^= 1 << (bit & 7)
            vectors.append({**right, name: flipped.hex()})
    _run(machine, "ed25519 flipped bits", "ed25519_refuse", vectors)


def test_ed25519_signs_as_openssl_does(machine: Path, rng: random.Random) -> None:
    vectors: list[rfc.Vector] = []
    for length in [*range(0, 300, 13), 1000, 4096]:
        seed, message = rng.randbytes(32), rng.randbytes(length)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        vectors.append(
            {
                "seed": seed.hex(),
                "public": key.public_key().public_bytes_raw().hex(),
                "message": message.hex(),
                "signature": key.sign(message).hex(),
            }
        )
    _run(machine, "ed25519 against openssl", "ed25519_sign_and_verify", vectors)


def test_x25519_agrees_with_openssl(machine: Path, rng: random.Random) -> None:
    exchanged: list[rfc.Vector] = []
    publics: list[rfc.Vector] = []
    for private in [rng.randbytes(32) for _ in range(98)] + [bytes(32), b"\xff" * 32]:
        key = X25519PrivateKey.from_private_bytes(private)
        peer = X25519PrivateKey.from_private_bytes(rng.randbytes(32)).public_key()
        public = key.public_key().public_bytes_raw().hex()
        publics.append({"private": private.hex(), "public": public})
        exchanged.append(
            {
                "scalar": private.hex(),
                "u": peer.public_bytes_raw().hex(),
                "times": 1,
                "out": key.exchange(peer).hex(),
            }
        )
    _run(machine, "x25519 against openssl", "x25519_exchange", exchanged)
    _run(machine, "x25519 public keys", "x25519_public", publics)


def test_keys_of_a_wrong_length_are_refused(machine: Path) -> None:
    assert runner.call(machine, SCRIPT, "refuse_lengths") == []


def test_comb_table_is_derived_from_the_base_point_alone() -> None:
    source = comb25519.TABLE_MODULE.read_text()
    assert source == comb25519.module_source(comb25519.comb_table())


@pytest.mark.parametrize("name", rfc.FILES)
def test_vector_files_are_what_the_standards_give(name: str) -> None:
    assert (VECTORS / f"{name}.json").read_text() == rfc.render(rfc.FILES[name]())
