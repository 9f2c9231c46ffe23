# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Keys, COSE_Sign1 and HPKE on MicroPython against `cryptography` and cbor2, both ways."""

import random
from pathlib import Path

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests import counting
from tests.device import runner

pytestmark = pytest.mark.device

SCRIPT = Path(__file__).with_name("on_messages.py")
DOMAIN = "candour-v1/seal"


def _signed_bytes(domain: str, payload: bytes, protected: bytes = b"\xa1\x01\x32") -> bytes:
    return cbor2.dumps(["Signature1", protected, domain.encode(), payload])


def _key(rng: random.Random) -> tuple[bytes, Ed25519PrivateKey, bytes]:
    seed = rng.randbytes(32)
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return seed, private, private.public_key().public_bytes_raw()


def test_cose_is_what_cryptography_and_cbor2_read(machine: Path, rng: random.Random) -> None:
    seed, private, _ = _key(rng)
    payloads = [b"", *(rng.randbytes(n) for n in (1, 23, 24, 200, 255, 256, 320))]
    cases = [[seed.hex(), DOMAIN, payload.hex()] for payload in payloads]
    for payload, text in zip(payloads, runner.call(machine, SCRIPT, "sign", cases), strict=True):
        message = bytes.fromhex(text)
        tagged = cbor2.loads(message)
        protected, unprotected, inside, signature = tagged.value
        assert (tagged.tag, protected, unprotected) == (18, b"\xa1\x01\x32", {})
        assert inside == payload
        private.public_key().verify(signature, _signed_bytes(DOMAIN, payload))
        assert cbor2.dumps(tagged) == message


def test_cose_of_cryptography_and_cbor2_is_read(machine: Path, rng: random.Random) -> None:
    _, private, public = _key(rng)
    payloads = [rng.randbytes(n) for n in (0, 30, 300, 3900)]
    cases = []
    for payload in payloads:
        signature = private.sign(_signed_bytes(DOMAIN, payload))
        message = cbor2.dumps(cbor2.CBORTag(18, [b"\xa1\x01\x32", {}, payload, signature]))
        cases.append([public.hex(), DOMAIN, message.hex()])
    assert runner.call(machine, SCRIPT, "verify", cases) == [payload.hex() for payload in payloads]


def test_cose_of_another_form_is_refused(machine: Path, rng: random.Random) -> None:
    _, private, public = _key(rng)
    payload = b"payload"

    def message(protected: bytes, unprotected: object, *, tag: int = 18, more: int = 0) -> bytes:
        signature = private.sign(_signed_bytes(DOMAIN, payload, protected))
        value = [protected, unprotected, payload, signature] + more * [b""]
        return cbor2.dumps(cbor2.CBORTag(tag, value) if tag else value)

    good = message(b"\xa1\x01\x32", {})
    signature = private.sign(_signed_bytes(DOMAIN, payload))
    detached = cbor2.dumps(cbor2.CBORTag(18, [b"\xa1\x01\x32", {}, None, signature]))
    in_array = cbor2.dumps([cbor2.CBORTag(18, [b"\xa1\x01\x32", {}, payload, signature])])
    refused = {
        "EdDSA of RFC 9053": (message(b"\xa1\x01\x27", {}), "CoseError"),
        "protected header of two": (message(b"\xa2\x01\x32\x04\x41\x00", {}), "CoseError"),
        "empty protected header": (message(b"", {}), "CoseError"),
        "longer encoding inside": (message(b"\xa1\x01\x38\x12", {}), "CoseError"),
        "unprotected header": (message(b"\xa1\x01\x32", {4: b"kid"}), "CoseError"),
        "unprotected list": (message(b"\xa1\x01\x32", []), "CoseError"),
        "untagged": (message(b"\xa1\x01\x32", {}, tag=0), "CoseError"),
        "COSE_Sign": (message(b"\xa1\x01\x32", {}, tag=98), "CborUnsupported"),
        "five fields": (message(b"\xa1\x01\x32", {}, more=1), "CoseError"),
        "many fields": (message(b"\xa1\x01\x32", {}, more=9), "CborTooLong"),
        "detached payload": (detached, "CoseError"),
        "within an array": (in_array, "CoseError"),
        "behind it a byte": (good + b"\x00", "CborTrailing"),
        "cut": (good[:-1], "CborTruncated"),
        "tag in two bytes": (b"\xd8\x12" + good[1:], "CborNotShortest"),
        "indefinite array": (good[:1] + b"\x9f" + good[2:] + b"\xff", "CborUnsupported"),
        "too long": (good + bytes(4096), "CborTooLong"),
        "empty": (b"", "CborTruncated"),
    }
    cases = [[public.hex(), DOMAIN, data.hex()] for data, _ in refused.values()]
    cases += [[public.hex(), "candour-v1/receipt", good.hex()], [32 * "11", DOMAIN, good.hex()]]
    outcomes = runner.call(machine, SCRIPT, "verify", cases)
    wanted = [name for _, name in refused.values()] + 2 * ["BadSignature"]
    wrong = sum(a != b for a, b in zip(outcomes, wanted, strict=True))
    counting.record(f"cose refused on {machine.name}", len(cases), wrong)
    assert dict(zip([*refused, "domain", "key"], outcomes, strict=True)) == dict(
        zip([*refused, "domain", "key"], wanted, strict=True)
    )


def test_cose_refuses_every_flipped_bit(machine: Path, rng: random.Random) -> None:
    _, private, public = _key(rng)
    signature = private.sign(_signed_bytes(DOMAIN, b"seal"))
    good = cbor2.dumps(cbor2.CBORTag(18, [b"\xa1\x01\x32", {}, b"seal", signature]))
    cases = []
    for bit in range(8 * len(good)):
        message = bytearray(good)
        message[bit >> 3] ^= 1 << (bit & 7)
        cases.append([public.hex(), DOMAIN, message.hex()])
    outcomes = runner.call(machine, SCRIPT, "verify", cases)
    taken = [one for one in outcomes if not one.startswith(("Cbor", "Cose", "BadSignature"))]
    counting.record(f"cose flipped bits on {machine.name}", len(cases), len(taken))
    assert taken == []


def test_signatures_made_in_turn_are_those_made_at_once(machine: Path, rng: random.Random) -> None:
    keys = [_key(rng) for _ in range(2)]
    result = runner.call(machine, SCRIPT, "interleaved", [seed.hex() for seed, _, _ in keys])
    assert result["steps"] == [18, 18]
    assert result["same"]
    for i, (_, private, _) in enumerate(keys):
        assert result["signatures"][i] == private.sign(b"message %d" % i).hex()


def test_a_wiped_key_signs_no_more(machine: Path, rng: random.Random) -> None:
    seed, _, public = _key(rng)
    result = runner.call(machine, SCRIPT, "wiped", seed.hex())
    assert result == {"faults": 2, "secret left": False, "public": public.hex()}


def test_hpke_is_opened_by_cryptography(machine: Path, rng: random.Random) -> None:
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    privates = [X25519PrivateKey.from_private_bytes(rng.randbytes(32)) for _ in range(24)]
    sent = [(rng.randbytes(32), rng.randbytes(rng.randrange(200))) for _ in privates]
    cases = []
    for private, (key, info) in zip(privates, sent, strict=True):
        public = private.public_key().public_bytes_raw()
        cases.append([public.hex(), info.hex(), "", key.hex(), rng.randbytes(32).hex()])
    outcomes = runner.call(machine, SCRIPT, "seal", cases)
    failures = 0
    for private, (key, info), (enc, sealed) in zip(privates, sent, outcomes, strict=True):
        opened = suite.decrypt(bytes.fromhex(enc + sealed), private, info)
        failures += opened != key
    counting.record(f"hpke against cryptography on {machine.name}", len(cases), failures)
    assert failures == 0
    assert len({enc for enc, _ in outcomes}) == len(cases)


def test_hpke_stops_on_a_bad_random_source(machine: Path, rng: random.Random) -> None:
    public = X25519PrivateKey.from_private_bytes(rng.randbytes(32)).public_key()
    assert runner.call(machine, SCRIPT, "bad_random", public.public_bytes_raw().hex()) == []


def test_derive_is_hkdf_with_an_empty_salt(machine: Path, rng: random.Random) -> None:
    cases = [(rng.randbytes(32), rng.randbytes(n)) for n in (0, 1, 55, 300)]
    wanted = [HKDF(hashes.SHA256(), 32, b"", info).derive(secret).hex() for secret, info in cases]
    argument = [[secret.hex(), info.hex()] for secret, info in cases]
    assert runner.call(machine, SCRIPT, "derive", argument) == wanted


def test_wipe_and_equal(machine: Path) -> None:
    assert runner.call(machine, SCRIPT, "wipe_and_equal") == []


def test_the_oracle_refuses_a_wrong_signature(rng: random.Random) -> None:
    _, private, _ = _key(rng)
    with pytest.raises(InvalidSignature):
        private.public_key().verify(private.sign(b"a"), b"b")
