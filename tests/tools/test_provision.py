# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Identities: what `candour provision demo` leaves, and a camera given its own over its port."""

from __future__ import annotations

import datetime
import json
import os
import ssl
import stat
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from evidence.anchor import Anchor
from evidence.statements import CameraCertificate, Delegation, RootStatement
from sim.room import Room
from sim.state import RoomConfig
from tools.cli import main
from tools.provision import camera, demo
from tools.provision.certificates import CLIENT, SERVER, Intermediate, Pair, host_names
from tools.provision.errors import (
    CameraProtocolError,
    NotEmptyError,
    PortError,
    ProvisionError,
    SilentCameraError,
    SimulatorError,
)
from tools.provision.force import Force, found

NOW = datetime.datetime(2026, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)


def invoke(*arguments: str | Path) -> tuple[int, dict[str, str]]:
    """Run `candour provision demo`; exit code and what it said as JSON."""
    result = CliRunner().invoke(main, ["provision", "demo", "--json", *map(str, arguments)])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, micropython: Path) -> Path:
    """What the command made, once."""
    into = tmp_path_factory.mktemp("provision") / "demo"
    code, said = invoke("--into", into)
    assert (code, said.get("camera")) == (0, "camera-1/1"), said
    return into


@pytest.mark.device
def test_the_chain_of_trust_holds(made: Path) -> None:
    anchor = Anchor.parse((made / "anchor").read_bytes())
    root = RootStatement.verify_self((made / "force/root.cose").read_bytes())
    assert anchor.trusts(root.force, root.public_key)
    delegation = Delegation.verify(root.public_key, (made / "upstream/service.cose").read_bytes())
    key = load_pem_private_key((made / "upstream/service.key").read_bytes(), None)
    assert key.public_key().public_bytes_raw() == delegation.public_key  # type: ignore[union-attr]
    message = (made / "camera/camera.cose").read_bytes()
    certificate = CameraCertificate.verify(root.public_key, message)
    assert (certificate.camera, certificate.epoch) == ("camera-1", 1)
    assert (made / "upstream/cameras/camera-1-1.cose").read_bytes() == message


@pytest.mark.device
def test_keys_are_for_their_owner_alone_and_where_they_belong(made: Path) -> None:
    keys = sorted(str(path.relative_to(made)) for path in made.rglob("*.key"))
    assert keys == [
        "dock/client.key",
        "dock/tls.key",
        "force/root.key",
        *(f"force/tls/{role}-ca.key" for role in ("camera", "dock", "server", "staff")),
        "staff/staff.key",
        "upstream/service.key",
        "upstream/tls.key",
    ]
    for key in keys:
        assert stat.S_IMODE((made / key).stat().st_mode) == 0o600
    for config in ("upstream/upstream.toml", "dock/dock.toml", "staff/staff.toml"):
        tomllib.loads((made / config).read_text())
    assert not list(made.parent.glob(".*"))


@pytest.mark.device
def test_nothing_is_overwritten(made: Path) -> None:
    before = (made / "anchor").read_bytes()
    code, said = invoke("--into", made)
    assert (code, said["error"]) == (2, "exists")
    assert said["next"]
    assert (made / "anchor").read_bytes() == before


@pytest.mark.parametrize("option", ["--force", "--camera"])
def test_a_bad_name_is_a_usage_error(tmp_path: Path, option: str) -> None:
    code, said = invoke("--into", tmp_path / "x", option, "a b")
    assert (code, said["error"]) == (2, "bad-name")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_exit_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, said = invoke("--into", tmp_path / "file" / "demo")
    assert (code, said["error"]) == (3, "files")


def test_a_camera_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOUR_MICROPYTHON", "/bin/false")
    with pytest.raises(SimulatorError):
        demo.make(demo.Plan(tmp_path / "demo"), lambda _step: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.device
def test_a_camera_keeps_its_first_identity(made: Path, tmp_path: Path) -> None:
    force = found("other", ("localhost",), NOW)
    config = RoomConfig(
        tmp_path / "sim",
        flash=made / "camera/flash.img",
        card=made / "camera/card.img",
        docked=True,
    )
    with Room(config) as room:
        room.wait_for(lambda state: state.usb is not None, 60, "the port")
        with pytest.raises(NotEmptyError):
            camera.provision(room.usb, demo.offer(force, "camera-1"), certified(force))


@pytest.mark.device
def test_a_camera_takes_no_certificate_of_another_key(tmp_path: Path, micropython: Path) -> None:
    force = found("demo", ("localhost",), NOW)
    with Room(RoomConfig(tmp_path / "sim", docked=True)) as room:
        room.wait_for(lambda state: state.usb is not None, 60, "the port")
        with pytest.raises((CameraProtocolError, SilentCameraError)):
            camera.provision(
                room.usb,
                demo.offer(force, "camera-1"),
                lambda _key: force.certify("camera-1", 1, bytes(31) + b"\x01"),
                timeout_s=20,
            )
        certificate = camera.provision(room.usb, demo.offer(force, "c"), certified(force, "c"))
    assert CameraCertificate.verify(force.root_public, certificate).camera == "c"


def certified(force: Force, name: str = "camera-1") -> Callable[[bytes], bytes]:
    """The root's part."""
    return lambda key: force.certify(name, 1, key)


@contextmanager
def device(answer: Callable[[bytes], bytes]) -> Iterator[Path]:
    """A port behind which something answers each read with `answer`."""
    ours, theirs = os.openpty()
    name = Path(os.ttyname(theirs))

    def talk() -> None:
        try:
            while data := os.read(ours, 4096):
                os.write(ours, answer(data))
        except OSError:
            return

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield name
    finally:
        os.close(theirs)
        thread.join(10)
        os.close(ours)


def behind_start(said: bytes) -> Callable[[bytes], bytes]:
    """A device that greets as a camera does and then says this."""

    def answer(data: bytes) -> bytes:
        if data.startswith(b"CANDOUR1 HELLO "):
            stale = b"noise\n\xffCANDOUR1 EMPTY 0000000000000000\n\n"
            return stale + b"CANDOUR1 EMPTY " + data[15:]
        return b"" if data.startswith(b"CANDOUR1 START ") and len(data) < 64 else said

    return answer


BAD = {
    "silent": (lambda _data: b"", SilentCameraError),
    "noise": (lambda _data: b"x" * 4000, SilentCameraError),
    "too long": (behind_start(b"\xff\xff\xff\xff"), CameraProtocolError),
    "no length": (behind_start(bytes(4)), CameraProtocolError),
    "no cbor": (behind_start(b"\0\0\0\1\xff"), CameraProtocolError),
    "other message": (behind_start(b"\0\0\0\3\x82\x01\x02"), CameraProtocolError),
    "bye": (behind_start(b"\0\0\0\4\x82\x18\x1f\x01"), CameraProtocolError),
    "half": (behind_start(b"\0\0\0\7\x82"), SilentCameraError),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_camera_is_named(kind: str) -> None:
    answer, error = BAD[kind]
    force = found("demo", ("localhost",), NOW)
    with device(answer) as port, pytest.raises(error) as caught:
        camera.provision(port, demo.offer(force, "c"), certified(force), timeout_s=1.5)
    assert isinstance(caught.value, ProvisionError)
    assert caught.value.next_step


def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    force = found("demo", ("localhost",), NOW)
    with pytest.raises(PortError):
        camera.provision(tmp_path / "usb", demo.offer(force, "c"), certified(force))
    with pytest.raises(PortError):
        camera.wait_until_ready(tmp_path / "usb", 0.2)


def handshake(server: Pair, trusted: Intermediate, name: str, tmp_path: Path) -> None:
    """A TLS handshake in memory; raises ssl.SSLError where the client refuses."""
    (tmp_path / "s.pem").write_bytes(server.certificate_pem + server.key_pem)
    (tmp_path / "ca.pem").write_bytes(trusted.pair.certificate_pem)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "s.pem")
    ours = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    ours.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(down, up, server_hostname=name)
    served = theirs.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (client, served):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize(
    ("names", "asked", "holds"),
    [
        (("localhost", "127.0.0.1"), "localhost", True),
        (("localhost", "127.0.0.1"), "127.0.0.1", True),
        (("evil.example",), "evil.example", False),
        (("10.0.0.1",), "10.0.0.1", False),
    ],
)
def test_an_intermediate_vouches_for_its_own_names(
    tmp_path: Path, names: tuple[str, ...], asked: str, holds: bool
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    force = found("demo", ("localhost", "127.0.0.0/8"), now)
    pair = force.server.issue(names[0], SERVER, host_names(*names))
    if holds:
        handshake(pair, force.server, asked, tmp_path)
        return
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pair, force.server, asked, tmp_path)


def test_intermediates_issue_for_their_use_alone() -> None:
    force = found("demo", ("localhost",), NOW)
    for intermediate, usage in ((force.camera, SERVER), (force.staff, SERVER)):
        with pytest.raises(ValueError, match="that use"):
            intermediate.issue("x", usage)
    leaf = force.dock.issue("dock-1", CLIENT).certificate
    assert leaf.not_valid_before_utc == force.dock.pair.certificate.not_valid_before_utc
