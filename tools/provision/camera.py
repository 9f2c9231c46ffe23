# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Gives a camera its identity over a cable: the fleet team's side of docs/link.md §6.

The camera draws its evidence key and keeps it; this side sees the public half and certifies it.
Whatever the camera sends is bounded in bytes and time. Reading is by deadline, never by hope.
"""

from __future__ import annotations

import secrets
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import serial

from evidence import cbor
from evidence.errors import EvidenceError
from tools.provision.errors import (
    CameraProtocolError,
    NotEmptyError,
    PortError,
    SilentCameraError,
)

_PROVISION, _CERTIFY, _PROVISIONED = 32, 34, 35
_BYE = 31
_LINE_BYTES = 64
_NOISE_BYTES = 65536
_MESSAGE_BYTES = 8192
_HELLO_S = 2.0
_READ_S = 0.05
_PORT_ERRORS = (serial.SerialException, OSError, termios.error)


@dataclass(frozen=True)
class Offer:
    """What the fleet team gives a camera; certificates and key are DER."""

    force: str
    camera: str
    epoch: int
    root_public: bytes
    delegation: bytes
    tls_certificate: bytes
    tls_key: bytes
    dock_ca: bytes
    utc_s: int

    def message(self) -> list[cbor.Value]:
        """The provision message."""
        named: list[cbor.Value] = [_PROVISION, self.force, self.camera, self.epoch]
        given = [self.root_public, self.delegation, self.tls_certificate, self.tls_key]
        return [*named, *given, self.dock_ca, self.utc_s]


def provision(
    port: Path, offer: Offer, certify: Callable[[bytes], bytes], timeout_s: float = 60.0
) -> bytes:
    """Provision the camera at `port`; the signed camera certificate that it took.

    `certify` gets the evidence public key. Raises PortError, SilentCameraError, NotEmptyError,
    CameraProtocolError.
    """
    with Cable(port, timeout_s) as cable:
        session = cable.greet((b"EMPTY", b"READY"))
        if session.word == b"READY":
            raise NotEmptyError("This camera has an identity already.")
        cable.write(b"CANDOUR1 START " + session.name + b"\n")
        cable.send(offer.message())
        match cable.receive():
            case [33, bytes(public)] if len(public) == 32:  # made
                certificate = certify(public)
            case _:
                raise CameraProtocolError("The camera did not answer with its public key.")
        cable.send([_CERTIFY, certificate])
        if cable.receive() != [_PROVISIONED]:
            raise CameraProtocolError("The camera did not keep its identity.")
    return certificate


def wait_until_ready(port: Path, timeout_s: float = 60.0) -> None:
    """Return when the camera at `port` has started with its identity; the port may come and go."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with Cable(port, max(deadline - time.monotonic(), 0.1)) as cable:
                cable.greet((b"READY",))
                return
        except PortError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_READ_S)


@dataclass(frozen=True)
class _Session:
    word: bytes
    name: bytes


class Cable:
    """A camera's port, opened for this process alone, with one deadline for all that is done."""

    def __init__(self, port: Path, timeout_s: float) -> None:
        self._deadline = time.monotonic() + timeout_s
        self._held = bytearray()
        try:
            self._serial = serial.Serial(
                str(port), exclusive=True, timeout=_READ_S, write_timeout=timeout_s
            )
        except (*_PORT_ERRORS, ValueError) as error:
            raise PortError("The camera's port cannot be opened.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(*_PORT_ERRORS):
            self._serial.close()

    def greet(self, words: tuple[bytes, ...]) -> _Session:
        """Say HELLO until the camera answers with one of these words to the last of them."""
        noise = 0
        while True:
            name = secrets.token_hex(8).encode()
            self.write(b"CANDOUR1 HELLO " + name + b"\n")
            again = time.monotonic() + _HELLO_S
            while time.monotonic() < again:
                noise += self._read()
                while b"\n" in self._held:
                    line, _, rest = bytes(self._held).partition(b"\n")
                    self._held = bytearray(rest)
                    for word in words:
                        if line == b"CANDOUR1 " + word + b" " + name:
                            return _Session(word, name)
                if b"\n" not in self._held:
                    del self._held[:-_LINE_BYTES]
                if noise > _NOISE_BYTES:
                    raise SilentCameraError("The port talks, but not as a camera does.")

    def write(self, data: bytes) -> None:
        """All of it; raises PortError."""
        try:
            self._serial.write(data)
        except _PORT_ERRORS as error:
            raise PortError("The camera's port went away.") from error

    def send(self, message: list[cbor.Value]) -> None:
        """One message with its length."""
        body = cbor.encode(message)
        self.write(len(body).to_bytes(4, "big") + body)

    def receive(self) -> cbor.Value:
        """The next message."""
        length = int.from_bytes(self._take(4), "big")
        if not 1 <= length <= _MESSAGE_BYTES:
            raise CameraProtocolError("The camera sent a message of a length that is not allowed.")
        try:
            message = cbor.decode(self._take(length), _MESSAGE_BYTES)
        except EvidenceError as error:
            raise CameraProtocolError("The camera sent what is not CBOR.") from error
        if isinstance(message, list) and message[:1] == [_BYE]:
            raise CameraProtocolError("The camera ended the session.")
        return message

    def _take(self, count: int) -> bytes:
        while len(self._held) < count:
            self._read()
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def _read(self) -> int:
        """What has come; waits a moment at most, and ends at the deadline."""
        if time.monotonic() > self._deadline:
            raise SilentCameraError("The camera did not answer in time.")
        try:
            data = self._serial.read(max(1, min(self._serial.in_waiting, _MESSAGE_BYTES)))
        except _PORT_ERRORS as error:
            raise PortError("The camera's port went away.") from error
        self._held += data
        return len(data)
