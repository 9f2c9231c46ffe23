# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The folders of identities: who holds which key, and the configuration that names the files.

Each machine's folder holds what that machine needs and nothing else; `force` is for the fleet team
alone. Private keys are files (0600) that their owner alone can read. docs/operations.md §2.
"""

from __future__ import annotations

import os
from pathlib import Path

from tools.provision.certificates import CLIENT, SERVER, Pair, host_names
from tools.provision.force import DOCK_NAME, Force, signing_key_pem

_HOSTS = ("localhost", "127.0.0.1")


def write_force(folder: Path, force: Force) -> None:
    """The fleet team's own: root key and intermediates, and the anchor for the world."""
    write(folder / "anchor", force.anchor)
    _write_secret(folder / "force" / "root.key", signing_key_pem(force.root))
    write(folder / "force" / "root.cose", force.root_statement)
    for role in ("dock", "camera", "server", "staff"):
        pair = getattr(force, role).pair
        _write_pair(folder / "force" / "tls", f"{role}-ca", pair)


def write_upstream(folder: Path, force: Force, port: int) -> None:
    """The evidence server's: service key, statements, TLS, whom it lets in."""
    _write_secret(folder / "service.key", signing_key_pem(force.service))
    write(folder / "service.cose", force.delegation)
    write(folder / "root.cose", force.root_statement)
    server = force.server.issue("localhost", SERVER, host_names(*_HOSTS))
    _write_pair(folder, "tls", server)
    write(folder / "dock-ca.pem", force.dock.pair.certificate_pem)
    write(folder / "staff-ca.pem", force.staff.pair.certificate_pem)
    (folder / "cameras").mkdir()
    text = (
        "# The evidence server. Every setting: docs/operations.md.\n"
        'host = "127.0.0.1"\n'
        f"port = {port}\n"
        "page_port = 0\n"
        'data = "data"\n'
    )
    write(folder / "upstream.toml", text.encode())


def write_dock(folder: Path, force: Force, port: int, usb: Path) -> None:
    """A docking station's: for the link, for HTTPS, and whom it believes; `usb` is its port."""
    _write_pair(folder, "tls", force.dock.issue("dock-1", SERVER, host_names(DOCK_NAME)))
    client = force.dock.issue("dock-1", CLIENT, host_names(f"dock-1.{DOCK_NAME}"))
    _write_pair(folder, "client", client)
    write(folder / "camera-ca.pem", force.camera.pair.certificate_pem)
    write(folder / "server-ca.pem", force.server.pair.certificate_pem)
    write(folder / "anchor", force.anchor)
    write(folder / "service.cose", force.delegation)
    watched = usb if usb.is_absolute() else Path("..") / usb
    text = (
        "# The docking station. Every setting: docs/operations.md.\n"
        'name = "dock-1"\n'
        f'upstream_url = "https://localhost:{port}"\n'
        f'ports = ["{watched}"]\n'
        'spool = "spool"\n'
    )
    write(folder / "dock.toml", text.encode())


def write_staff(folder: Path, force: Force, port: int) -> None:
    """Evidence staff's: a client certificate, and how to reach the server."""
    _write_pair(folder, "staff", force.staff.issue("staff-1", CLIENT))
    write(folder / "server-ca.pem", force.server.pair.certificate_pem)
    text = (
        "# What `candour open` and `candour export` need to reach the evidence server.\n"
        f'upstream_url = "https://localhost:{port}"\n'
        'certificate = "staff.pem"\n'
        'key = "staff.key"\n'
        'server_ca = "server-ca.pem"\n'
        'anchor = "../anchor"\n'
    )
    write(folder / "staff.toml", text.encode())


def write(path: Path, data: bytes) -> None:
    """A file that anybody may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_pair(folder: Path, name: str, pair: Pair) -> None:
    write(folder / f"{name}.pem", pair.certificate_pem)
    _write_secret(folder / f"{name}.key", pair.key_pem)


def _write_secret(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
