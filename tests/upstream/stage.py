# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the evidence server stand on: a real force, a real server, a camera's writer.

The server is the shipped command in a process of its own, spoken to over real mutual TLS. The
camera's segments come from `tests.evidence.writer`, under tickets that the server gave.
"""

from __future__ import annotations

import datetime
import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from evidence import cbor, keys
from evidence.statements import Receipt, Status, Tickets, TimeAnswer
from tests.evidence.writer import Camera, Hooks, Writer
from tools.provision import folders
from tools.provision.certificates import CLIENT, Pair
from tools.provision.force import Force, found
from upstream import config
from upstream.config import Settings

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
NOW = datetime.datetime.now(datetime.UTC)


@dataclass
class Stage:
    """A folder of identities, made once for a test."""

    folder: Path
    force: Force = field(default_factory=lambda: found("demo", ("localhost", "127.0.0.0/8"), NOW))

    def __post_init__(self) -> None:
        folders.write_upstream(self.folder / "upstream", self.force, 0)
        folders.write_dock(self.folder / "dock", self.force, 0, Path("usb"))
        folders.write_staff(self.folder / "staff", self.force, 0)
        folders.write_force(self.folder, self.force)
        self.write_settings(reserve_bytes=0)

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.folder / "upstream" / "data"

    @property
    def config(self) -> Path:
        """The server's TOML file."""
        return self.folder / "upstream" / "upstream.toml"

    def write_settings(self, **settings: int) -> None:
        """More settings for the server."""
        with self.config.open("a") as file:
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())

    def settings(self) -> Settings:
        """The server's settings, for tests that run its parts in this process."""
        return config.load(self.config, environment={})

    def enlist(self, camera: Camera) -> bytes:
        """Put a camera into the inventory; its certificate as signed."""
        message = self.force.certify(camera.name, camera.epoch, camera.evidence_public)
        path = self.folder / "upstream" / "cameras" / f"{camera.name}-{camera.epoch}.cose"
        path.write_bytes(message)
        return message

    def context(self, pair: Pair | None = None, name: str | None = None) -> ssl.SSLContext:
        """A client's context: of a pair, of a provisioned file, or without a certificate."""
        context = ssl.create_default_context(cafile=self.folder / "staff" / "server-ca.pem")
        if pair is not None:
            path = self.folder / "pair.pem"
            path.write_bytes(pair.certificate_pem + pair.key_pem)
            context.load_cert_chain(path)
        if name is not None:
            context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def second_dock(self) -> ssl.SSLContext:
        """Another dock's context."""
        return self.context(self.force.dock.issue("dock-2", CLIENT))


def signed_status(camera: Camera, left: int = 0, counter: int = 0) -> bytes:
    """A camera's status with a fresh nonce."""
    nonce, digest = camera.source.randbytes(16), bytes(32)
    status = Status(camera.force, camera.name, camera.epoch, 7, nonce, left, counter, digest, 0)
    return status.sign(camera.evidence)


def tickets_of(orders: bytes, stage: Stage) -> Tickets | None:
    """The tickets order among the answers to a status; the time answer is checked."""
    service = stage.force.service.public_key().public_bytes_raw()
    match cbor.decode(orders, 1 << 16):
        case [[3, bytes(time)]]:
            TimeAnswer.verify(service, time)
            return None
        case [[3, bytes(time)], [2, bytes(tickets)]]:
            TimeAnswer.verify(service, time)
            return Tickets.verify(service, tickets)
    raise AssertionError(orders)


def writer(
    camera: Camera, ticket: tuple[bytes, bytes], number: int = 1, hooks: Hooks | None = None
) -> Writer:
    """A writer whose content key is sealed to a ticket that the server gave."""
    made = Writer(camera, number, hooks)
    header = replace(made.header, ticket_id=ticket[0])
    public = X25519PublicKey.from_public_bytes(ticket[1])
    wrapped = SUITE.encrypt(made.content_key, public, keys.ticket_info(header))
    made.header = replace(header, wrapped_key=wrapped)
    return made


class Running:
    """The shipped server in a process of its own."""

    def __init__(self, stage: Stage, *flags: str) -> None:
        self.stage = stage
        command = [sys.executable, "-c", "from tools.cli import main; main()", "upstream", "run"]
        self.process = subprocess.Popen(
            [*command, "--config", str(stage.config), "--json", *flags],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline() or "{}")
        assert "address" in said, said
        self.page: str = said["page"]
        self.port = int(said["address"].rpartition(":")[2])

    def client(self, context: ssl.SSLContext) -> httpx.Client:
        """A client of the server."""
        url = f"https://localhost:{self.port}"
        return httpx.Client(base_url=url, verify=context, timeout=30, trust_env=False)

    def dock(self) -> httpx.Client:
        """The provisioned dock."""
        return self.client(self.stage.context(name="dock/client"))

    def staff(self) -> httpx.Client:
        """The provisioned staff."""
        return self.client(self.stage.context(name="staff/staff"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it and wait; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@contextmanager
def running(stage: Stage, *flags: str) -> Iterator[Running]:
    """A server for the length of a block."""
    server = Running(stage, *flags)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


class Footage:
    """One camera of the inventory with tickets, and its dock."""

    def __init__(self, server: Running, seed: int = 1, name: str = "camera-1") -> None:
        self.server = server
        self.camera = Camera(seed=seed, name=name)
        self.certificate = server.stage.enlist(self.camera)
        self.dock = server.dock()
        self.tickets: list[tuple[bytes, bytes]] = []

    def ask(self, left: int = 0, counter: int = 0) -> httpx.Response:
        """Relay a status."""
        body = cbor.encode([signed_status(self.camera, left, counter), self.certificate])
        return self.dock.post("/v1/status", content=body)

    def writer(self, number: int = 1, hooks: Hooks | None = None) -> Writer:
        """A writer under a fresh ticket."""
        if not self.tickets:
            order = tickets_of(self.ask().content, self.server.stage)
            assert order is not None
            self.tickets = list(order.tickets)
        return writer(self.camera, self.tickets.pop(0), number, hooks)

    def put(
        self, made: Writer, segment: int, data: bytes, client: httpx.Client | None = None
    ) -> httpx.Response:
        """Bring a segment."""
        return put(client or self.dock, self.camera, made.recording_id, segment, data)

    def receipt(self, answer: httpx.Response) -> Receipt:
        """The receipt of a 200."""
        assert answer.status_code == 200, answer.text
        value = cbor.decode(answer.content)
        assert isinstance(value, list)
        service = self.server.stage.force.service.public_key().public_bytes_raw()
        return Receipt.verify(service, value[0])


def put(
    client: httpx.Client, camera: Camera, recording: bytes, segment: int, data: bytes
) -> httpx.Response:
    """Bring a segment as a dock does."""
    return client.put(
        f"/v1/segments/{recording.hex()}/{segment}",
        content=data,
        headers={"X-Candour-Camera": f"{camera.name}/{camera.epoch}"},
    )
