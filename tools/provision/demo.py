# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Every identity of a small force on one machine, its configurations, and one simulated camera.

The folder appears whole or not at all: it is made beside its place and renamed. The camera is the
flashed firmware in the simulator, and is provisioned over its port as a real one is.
"""

from __future__ import annotations

import datetime
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence.fields import is_name
from sim.errors import SimError
from sim.room import Room
from sim.state import RoomConfig
from tools.provision import camera as link
from tools.provision import folders
from tools.provision.certificates import CLIENT
from tools.provision.errors import (
    BadNameError,
    ExistsError,
    FilesError,
    PortError,
    SilentCameraError,
    SimulatorError,
)
from tools.provision.force import Force, found

EPOCH = 1
_SERVER_NAMES = ("localhost", "127.0.0.0/8")
_USUAL_PORT = 8443
_BOOT_S = 120.0
_REBOOT_S = 5.0

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is to be made, and where."""

    into: Path
    force: str = "demo"
    camera: str = "camera-1"
    port: int | None = None
    usb: Path = Path("sim/usb")

    def checked(self) -> Plan:
        """Itself; raises BadNameError and ExistsError."""
        for name in (self.force, self.camera):
            if not is_name(name):
                raise BadNameError(f"{name!r} is no name.")
        if self.into.exists() and (not self.into.is_dir() or any(self.into.iterdir())):
            raise ExistsError("The folder exists and is not empty.")
        return self


def make(plan: Plan, progress: Progress) -> None:
    """Make it all. Raises ProvisionError's children; nothing stays behind then."""
    into = plan.checked().into.absolute()
    part = into.with_name(f".{into.name}.{secrets.token_hex(4)}.part")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o755)
        _fill(part, plan, progress)
        part.rename(into)
    except OSError as error:
        raise FilesError(f"The folder cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fill(folder: Path, plan: Plan, progress: Progress) -> None:
    progress("root key and intermediates")
    force = found(plan.force, _SERVER_NAMES, datetime.datetime.now(datetime.UTC))
    port = plan.port if plan.port is not None else _free_port()
    folders.write_force(folder, force)
    progress("evidence server")
    folders.write_upstream(folder / "upstream", force, port)
    progress("docking station")
    folders.write_dock(folder / "dock", force, port, plan.usb)
    progress("evidence staff")
    folders.write_staff(folder / "staff", force, port)
    progress("camera: first boot in the simulator")
    certificate = _write_camera(folder / "camera", force, plan.camera, progress)
    inventory = folder / "upstream" / "cameras" / f"{plan.camera}-{EPOCH}.cose"
    folders.write(inventory, certificate)


def _write_camera(folder: Path, force: Force, name: str, progress: Progress) -> bytes:
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="candour-") as short:
        try:
            flash, card = folder / "flash.img", folder / "card.img"
            with Room(RoomConfig(Path(short), flash=flash, card=card, docked=True)) as room:
                certificate = _provision_in(room, force, name, progress)
        except SimError as error:
            raise SimulatorError(f"The simulated camera could not be run: {error}") from error
    folders.write(folder / "camera.cose", certificate)
    return certificate


def _provision_in(room: Room, force: Force, name: str, progress: Progress) -> bytes:
    room.wait_for(lambda state: state.usb is not None, _BOOT_S, "the camera's port")
    progress("camera: identity over its port")
    try:
        certificate = link.provision(
            room.usb, offer(force, name), lambda key: force.certify(name, EPOCH, key)
        )
        progress("camera: restart with its identity")
        link.wait_until_ready(room.usb, _BOOT_S)
    except (PortError, SilentCameraError):
        # A camera that has died is a SimError here, and says why.
        room.wait_for(lambda state: state.power == "on", _REBOOT_S, "the camera")
        raise
    return certificate


def offer(force: Force, name: str) -> link.Offer:
    """What a new camera of the force is given; its TLS name is a pseudonym."""
    pair = force.camera.issue(secrets.token_hex(8), CLIENT)
    return link.Offer(
        force=force.name,
        camera=name,
        epoch=EPOCH,
        root_public=force.root_public,
        delegation=force.delegation,
        tls_certificate=pair.certificate_der,
        tls_key=pair.key_der,
        dock_ca=force.dock.pair.certificate_der,
        utc_s=force.since_s,
    )


def _free_port() -> int:
    """The usual port where it is free, else any that is free now."""
    for port in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise FilesError("No port is free.")
