# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Named errors of sealing; each tells a code of docs/format.md section 8 and a next step.

No error carries key material. `SealingError` is the root; whoever catches it refuses the input.
"""


class SealingError(Exception):
    """Something could not be sealed or was refused."""

    code = "sealing"
    next_step = "Refuse the input and journal the code."


class KeyFault(SealingError):
    """A key is of a wrong length, or was wiped."""

    code = "bad-key"
    next_step = "Load the key again; if it stays, provision the camera again."


class RandomFault(SealingError):
    """The random source gave too few bytes, or nothing but one value."""

    code = "random-fault"
    next_step = "Stop making keys and show a fault: the boot self-test must pass first."


class WeakPeer(SealingError):
    """The other side's X25519 key gives an all-zero secret (RFC 7748 section 6.1)."""

    code = "bad-key"
    next_step = "Refuse the ticket and ask for another."


class BufferFault(SealingError):
    """A buffer or an argument is out of the bounds that the format sets."""

    code = "bad-structure"
    next_step = "Give a buffer of the size that the function's docstring states."


class CborError(SealingError):
    """Not the one deterministic encoding of a value: (reason, byte offset)."""

    code = "bad-encoding"
    next_step = "Refuse the message; the sender must encode by RFC 8949 section 4.2.1."


class CborTruncated(CborError):
    """The bytes end within an item."""

    code = "truncated"


class CborNotShortest(CborError):
    """A head is longer than its value needs."""


class CborUnsupported(CborError):
    """A float, an indefinite length, an unknown simple value or tag, or a key of a wrong type."""


class CborTooDeep(CborError):
    """Arrays, maps and tags are nested deeper than 8."""


class CborTooLong(CborError):
    """More bytes or more items than the caller allows."""

    code = "statement-too-long"


class CborKeyOrder(CborError):
    """Map keys are not unique and sorted bytewise by their encoding."""


class CborBadText(CborError):
    """A text string is not UTF-8."""


class CborTrailing(CborError):
    """Bytes stand behind the value."""


class CborUnencodable(CborError):
    """The value has no encoding in our subset."""

    next_step = "Give integers, bytes, text, lists, maps, booleans, None or a Tag."


class CoseError(SealingError):
    """A message is not the one form of COSE_Sign1 that docs/format.md section 1 allows."""

    code = "bad-signature"
    next_step = "Refuse the statement; the dock is only a relay, ask upstream again."


class BadSignature(CoseError):
    """The signature does not verify under this key and domain."""
