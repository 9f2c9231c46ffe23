# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Gives a camera its identity, once, over a cable that the fleet team holds (docs/link.md §6).

The evidence key is drawn here and its private half never leaves. Nothing is kept before the
whole of it was checked against the root key that came with it, and then durably, at once.
"""

from micropython import const
from sealing import cbor, cose
from sealing.ed25519 import SigningKey
from sealing.errors import SealingError
from sealing.wipe import wipe

from link import messages
from link.errors import LinkError, ProtocolError, TlsFailed
from link.messages import is_bytes, is_uint, require
from link.preamble import Preamble
from link.secure import Secure
from link.stream import Stream

_UINT32 = 0xFFFFFFFF
_UINT64 = 0xFFFFFFFFFFFFFFFF
_DER_BYTES = const(2048)
_NAME_CHARACTERS = const(32)


class Plain:
    """The stream in the shape of a channel."""

    def __init__(self, stream):
        self._stream = stream

    def readinto(self, buf, length: int) -> int | None:
        """Read at most `length` bytes."""
        return self._stream.readinto(memoryview(buf)[:length])

    def write(self, buf, start: int, length: int) -> int | None:
        """Write `length` bytes from `start`, or fewer."""
        return self._stream.write(memoryview(buf)[start : start + length])


class Given:
    """What the fleet team gives; also the identity's TLS part."""

    def __init__(self, message: list):
        require(len(message) == 10, "a provision message of a wrong form")
        self.force, self.camera, self.epoch, self.root_public = message[1:5]
        self.delegation, self.tls_cert, self.tls_key, self.dock_ca, self.utc_s = message[5:]
        require(_is_name(self.force) and _is_name(self.camera), "a wrong name")
        require(is_uint(self.epoch, _UINT32) and is_uint(self.utc_s, _UINT64), "a wrong number")
        require(is_bytes(self.root_public, 32), "a wrong root key")
        for part in message[5:9]:
            require(type(part) is bytes and 0 < len(part) <= _DER_BYTES, "a wrong certificate")


class Provisioning:
    """Answers EMPTY and then takes an identity; `done` once it is durable and was answered."""

    def __init__(self, usb, random, desk):
        self._stream = Stream(usb)
        self._plain = Plain(self._stream)
        self._random = random
        self._desk = desk
        self._preamble = Preamble(b"EMPTY")
        self._messages = messages.Messages(messages.PROVISIONING_BYTES)
        self._given = None
        self._seed = bytearray(32)
        self._public = b""
        self._kept = False
        self._refused = False
        self.done = False
        self.why = None

    def step(self) -> bool:
        """One unit; True where something moved."""
        try:
            if not self._preamble.started:
                return self._preamble.step(self._stream)
            if self._messages.sending:
                if not self._messages.flush(self._plain):
                    return False
                self.done = self._kept
                if self._refused:
                    self.reset()
                return True
            message = self._messages.receive(self._plain)
            if message is None:
                return False
            self._take(message)
        except LinkError as error:
            self.why = error
            self._refused = True
            self._messages.reset()
            self._messages.send([messages.BYE, error.code])
        return True

    def reset(self) -> None:
        """The cable is out, or something was wrong: begin again with another key."""
        wipe(self._seed)
        self._given = None
        self._refused = False
        self._preamble.reset()
        self._messages.reset()

    def _take(self, message: list) -> None:
        require(not self._kept, "more than was asked for")
        if message[0] == messages.PROVISION and self._given is None:
            given = Given(message)
            self._check(given)
            self._seed[:] = self._random(32)
            key = SigningKey(self._seed)
            self._public = key.public
            key.wipe()
            self._given = given
            self._messages.send([messages.MADE, self._public])
            return
        require(message[0] == messages.CERTIFY and self._given is not None, "out of place")
        require(len(message) == 2 and type(message[1]) is bytes, "a certify of a wrong form")
        self._keep(message[1])
        self._messages.send([messages.PROVISIONED])

    def _check(self, given: Given) -> None:
        """What can be checked before a key is drawn: the delegation, and that TLS can be built."""
        fields = _signed(given.root_public, "candour-v1/delegation", given.delegation)
        require(fields[:3] == [1, given.force, "service"] and len(fields) == 5, "a delegation")
        require(is_bytes(fields[3], 32), "a delegation")
        try:
            Secure(given, lambda: None).channel(self._stream).close()
        except TlsFailed as error:
            require(False, "a certificate that TLS refuses: %s" % error)

    def _keep(self, certificate: bytes) -> None:
        given = self._given
        fields = _signed(given.root_public, "candour-v1/camera", certificate)
        expected = [1, given.force, given.camera, given.epoch, self._public]
        require(len(fields) == 6 and fields[:5] == expected, "another camera's certificate")
        self._desk.provision(
            force=given.force,
            camera=given.camera,
            epoch=given.epoch,
            seed=bytes(self._seed),
            root_public=given.root_public,
            delegation=given.delegation,
            certificate=certificate,
            tls_cert=given.tls_cert,
            tls_key=given.tls_key,
            dock_ca=given.dock_ca,
            utc_s=given.utc_s,
        )
        wipe(self._seed)
        self._kept = True


def _signed(root_public: bytes, domain: str, message: bytes) -> list:
    try:
        fields = cbor.decode(cose.verify1(root_public, domain, message))
    except SealingError:
        raise ProtocolError("a statement that the root key has not signed")
    require(type(fields) is list, "a statement of a wrong form")
    return fields


def _is_name(value) -> bool:
    if type(value) is not str or not 0 < len(value) <= _NAME_CHARACTERS:
        return False
    for byte in value.encode():
        letter_or_digit = 97 <= byte <= 122 or 65 <= byte <= 90 or 48 <= byte <= 57
        if not letter_or_digit and byte not in b"._-":
            return False
    return True
