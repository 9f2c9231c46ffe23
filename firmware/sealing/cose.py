# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 (RFC 9052 section 4.2) in the one form of docs/format.md section 1.

Tag 18, protected header {1: -19} (Ed25519, RFC 9864), empty unprotected header, payload inside,
the domain as external_aad: a statement of one kind can't be read as another. What the reader
accepts is exactly what the writer writes.
"""

from micropython import const

from sealing import cbor, ed25519
from sealing.errors import BadSignature, CoseError

TYPE_CHECKING = const(False)
if TYPE_CHECKING:
    from collections.abc import Iterator

_PROTECTED = const(b"\xa1\x01\x32")
_TAG = const(18)
_SIGNATURE_BYTES = const(64)


def _signed_bytes(domain: str, payload: bytes | bytearray | memoryview) -> bytes:
    """Sig_structure (section 4.4)."""
    return cbor.encode(["Signature1", _PROTECTED, domain.encode(), payload])


def sign1_steps(
    key: ed25519.SigningKey, domain: str, payload: bytes | bytearray | memoryview
) -> "Iterator[bytes | None]":
    """Sign in short steps: yields None after each, and last the message."""
    payload = bytes(payload)
    for signature in key.sign_steps(_signed_bytes(domain, payload)):
        if signature is None:
            yield None
        else:
            yield cbor.encode(cbor.Tag(_TAG, [_PROTECTED, {}, payload, signature]))


def sign1(key: ed25519.SigningKey, domain: str, payload: bytes | bytearray | memoryview) -> bytes:
    """The signed message."""
    message = b""
    for step in sign1_steps(key, domain, payload):
        message = step or b""
    return message


def verify1(
    public: bytes,
    domain: str,
    message: bytes | bytearray | memoryview,
    max_bytes: int = cbor.MAX_BYTES,
) -> bytes:
    """The payload of a message that this key signed for this domain.

    CborError where it is not deterministic CBOR, CoseError where its form is another,
    BadSignature where the signature does not verify.
    """
    tagged = cbor.decode(message, max_bytes, 8, (_TAG,))
    if not isinstance(tagged, cbor.Tag) or not isinstance(tagged.value, list):
        raise CoseError("not a tagged COSE_Sign1")
    if len(tagged.value) != 4:
        raise CoseError("not four fields")
    protected, unprotected, payload, signature = tagged.value
    # Types first: where bytes are compared with text, some ports print a warning.
    if not isinstance(protected, bytes) or protected != _PROTECTED or unprotected != {}:
        raise CoseError("other headers than Ed25519 alone")
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise CoseError("no payload or no signature inside")
    if len(signature) != _SIGNATURE_BYTES:
        raise CoseError("a signature of a wrong length")
    if not ed25519.verify(public, _signed_bytes(domain, payload), signature):
        raise BadSignature("the signature does not verify")
    return payload
