# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Opening: HPKE as RFC 9180 has it; commitments, tags and padding before any plaintext."""

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence import cbor, keys
from evidence.errors import BadStructure, EvidenceError
from evidence.header import KINDS
from evidence.keys import hkdf, tail_key, ticket_info
from evidence.opening import MARKER, check_segment, open_header, open_segment, read_event
from evidence.seal import END
from evidence.segment import verify_segment
from tests import counting
from tests.evidence.writer import Camera, Hooks, Writer

CAMERA = Camera()
PUBLIC = CAMERA.evidence_public


def _expand(prk: bytes, info: bytes, length: int) -> bytes:
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes((len(out) // 32 + 1,)), "sha256")
        out += block
    return out[:length]


class _Hpke:
    """RFC 9180's key schedule, written from its text, for one AEAD of DHKEM(X25519)."""

    def __init__(self, aead: int) -> None:
        self._aead = aead
        self._suite = b"HPKE" + b"\0\x20" + b"\0\x01" + aead.to_bytes(2, "big")
        self._key_bytes = {1: 16, 2: 32}[aead]

    def _extract(self, suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")

    def _labeled(self, suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        return _expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)

    def key_and_nonce(
        self, ephemeral: X25519PrivateKey, public: bytes, info: bytes
    ) -> tuple[bytes, bytes]:
        kem = b"KEM\0\x20"
        dh = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
        prk = self._extract(kem, b"", b"eae_prk", dh)
        enc = ephemeral.public_key().public_bytes_raw()
        shared = self._labeled(kem, prk, b"shared_secret", enc + public, 32)
        id_hash = self._extract(self._suite, b"", b"psk_id_hash", b"")
        info_hash = self._extract(self._suite, b"", b"info_hash", info)
        context = b"\0" + id_hash + info_hash
        secret = self._extract(self._suite, shared, b"secret", b"")
        return (
            self._labeled(self._suite, secret, b"key", context, self._key_bytes),
            self._labeled(self._suite, secret, b"base_nonce", context, 12),
        )

    def seal(self, ephemeral: X25519PrivateKey, public: bytes, info: bytes, plain: bytes) -> bytes:
        key, nonce = self.key_and_nonce(ephemeral, public, info)
        sealed = AESGCM(key).encrypt(nonce, plain, b"")
        return ephemeral.public_key().public_bytes_raw() + sealed


def _rfc_vectors() -> list[dict[str, str]]:
    root = Path(cryptography_vectors.__file__).parent / "HPKE"
    vectors = json.loads((root / "test-vectors.json").read_text())
    return [
        v
        for v in vectors
        if (v["mode"], v["kem_id"], v["kdf_id"]) == (0, 0x20, 1) and v["aead_id"] in (1, 2)
    ]


@pytest.mark.parametrize("vector", _rfc_vectors(), ids=lambda v: f"aead {v['aead_id']}")
def test_the_reference_is_rfc_9180s(vector: dict[str, str]) -> None:
    ephemeral = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["skEm"]))
    public, info = bytes.fromhex(vector["pkRm"]), bytes.fromhex(vector["info"])
    key, nonce = _Hpke(int(vector["aead_id"])).key_and_nonce(ephemeral, public, info)
    assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])


def test_what_the_reference_seals_is_opened() -> None:
    writer = Writer(CAMERA)
    public = writer.ticket.public_key().public_bytes_raw()
    ephemeral = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    info = ticket_info(writer.header)
    sealed = _Hpke(2).seal(ephemeral, public, info, writer.content_key)
    header = replace(writer.header, wrapped_key=sealed)
    assert open_header(header, writer.ticket.private_bytes_raw()) == writer.content_key


def test_hkdf_is_rfc_5869s() -> None:
    # Test case 3: empty salt and info.
    assert hkdf(bytes([0x0B]) * 22, b"").hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    )
    recording = keys.RecordingKeys(bytes(32), bytes(16))
    tail = tail_key(bytes(32), bytes(16))
    assert recording.mac(3, 1) == hkdf(tail, cbor.encode(["candour-v1/mac", 3, 1]))


def test_frames_come_out_as_they_went_in() -> None:
    writer = Writer(CAMERA)
    bodies = [*writer.frames(3, size=1000), writer.marker(), *writer.frames(2, size=16)]
    data = writer.begin() + writer.group(bodies, END)
    verified = verify_segment(data, PUBLIC)
    content_key = open_header(verified.header, writer.ticket.private_bytes_raw())
    opened = list(open_segment(verified, content_key))
    assert [chunk.plaintext for chunk in opened] == [body.plaintext for body in bodies]
    assert [chunk.kind for chunk in opened] == [body.kind for body in bodies]
    assert [chunk.mono_us for chunk in opened] == [body.mono_us for body in bodies]
    assert [chunk.index for chunk in opened] == [*range(6)]
    assert read_event(opened[3].plaintext) == MARKER


@pytest.mark.parametrize("length", [0, 1, 14, 15, 16, 17, 31, 32, 33])
def test_every_length_is_padded_and_opened(length: int) -> None:
    writer = Writer(CAMERA)
    (body,) = writer.frames(1)
    body = replace(body, plaintext=bytes(length))
    verified = verify_segment(writer.begin() + writer.group([body], END), PUBLIC)
    (opened,) = open_segment(verified, writer.content_key)
    assert opened.plaintext == bytes(length)


def _bad_key(change: Callable[[Writer], tuple[object, bytes]]) -> None:
    header, private = change(Writer(CAMERA))
    with pytest.raises(EvidenceError) as caught:
        open_header(header, private)  # type: ignore[arg-type]
    assert caught.value.code == "bad-key"


@pytest.mark.parametrize(
    "changes",
    [
        {"force": "other"},
        {"camera": "other"},
        {"epoch": 2},
        {"evidence_digest": bytes(32)},
        {"recording_id": bytes(16)},
        {"number": 2},
        {"ticket_id": bytes(16)},
        {"wrapped_key": bytes(80)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_wrapped_key_is_bound_to_its_recording(changes: dict[str, object]) -> None:
    def change(writer: Writer) -> tuple[object, bytes]:
        header = replace(writer.header, **changes)  # type: ignore[arg-type]
        return header, writer.ticket.private_bytes_raw()

    _bad_key(change)


def test_another_ticket_opens_nothing() -> None:
    _bad_key(lambda writer: (writer.header, bytes(range(32))))


def _hook_fourth(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    calls = iter(range(1000))
    return lambda value: change(value) if next(calls) == 3 else value


LYING = {  # a camera with its right evidence key: (what it writes otherwise, code, chunk named)
    "another tag": (Hooks(tag=_hook_fourth(lambda tag: bytes(32))), "bad-tag", 3),
    "one bit of a tag": (
        Hooks(tag=_hook_fourth(lambda tag: bytes((tag[0] ^ 1,)) + tag[1:])),
        "bad-tag",
        3,
    ),
    "other commitments": (Hooks(commitments=lambda digest: bytes(32)), "bad-digest", None),
    "padding of 0": (Hooks(pad=_hook_fourth(lambda p: p[:-1] + b"\0")), "bad-padding", 3),
    "padding of 17": (Hooks(pad=_hook_fourth(lambda p: p[:-1] + b"\x11")), "bad-padding", 3),
    "padding unequal": (
        Hooks(pad=_hook_fourth(lambda p: p[:-2] + b"\1\2")),
        "bad-padding",
        3,
    ),
    "padding of 255": (Hooks(pad=_hook_fourth(lambda p: p[:-1] + b"\xff")), "bad-padding", 3),
}


@pytest.mark.parametrize(("hooks", "code", "chunk"), LYING.values(), ids=LYING)
def test_a_lying_camera_is_found_before_any_plaintext(
    hooks: Hooks, code: str, chunk: int | None
) -> None:
    writer = Writer(CAMERA, hooks=hooks)
    data = writer.begin() + writer.group(writer.frames(5), END)
    verified = verify_segment(data, PUBLIC)
    with pytest.raises(EvidenceError) as caught:
        check_segment(verified, writer.content_key)
    assert (caught.value.code, caught.value.place.chunk) == (code, chunk)
    assert (caught.value.place.segment, caught.value.place.group) == (0, 0)
    assert caught.value.place.offset is not None
    with pytest.raises(EvidenceError):
        # Raised by the call, not by the first step of the iterator: nothing was given out.
        open_segment(verified, writer.content_key)


def test_another_content_key_meets_the_commitments_first() -> None:
    writer = Writer(CAMERA)
    verified = verify_segment(writer.begin() + writer.group(writer.frames(1), END), PUBLIC)
    with pytest.raises(EvidenceError, match="bad-digest"):
        check_segment(verified, bytes(32))


def test_every_key_of_a_recording_is_its_own() -> None:
    recording = keys.RecordingKeys(bytes(32), bytes(16))
    places = [(s, g, k) for s in range(3) for g in range(5) for k in KINDS]
    groups = [recording.group(*place) for place in places]
    macs = [recording.mac(group, kind) for group in range(5) for kind in KINDS]
    material = [key for group in groups for key in group] + macs
    assert len(set(material)) == len(material)
    counting.record("evidence: keys of a recording that differ", len(material), 0)


@pytest.mark.parametrize("plaintext", ["8102", "80", "820101", "01", "a0", "8101ff"])
def test_another_event_is_refused(plaintext: str) -> None:
    with pytest.raises((BadStructure, EvidenceError)):
        read_event(bytes.fromhex(plaintext))
