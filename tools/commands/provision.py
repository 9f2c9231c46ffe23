# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour provision`: makes the identities of a force, its docks and its cameras."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from tools.provision.demo import EPOCH, Plan, make
from tools.provision.errors import ProvisionError


@click.group(name="provision")
def command() -> None:
    """Make the identities of a force, its docks and its cameras."""


@command.command()
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to make; it must not exist, or be empty.",
)
@click.option("--force", default="demo", show_default=True, help="Name of the force.")
@click.option("--camera", default="camera-1", show_default=True, help="Name of the camera.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where the evidence server listens.  [default: 8443, or another that is free]",
)
@click.option(
    "--usb",
    type=click.Path(path_type=Path),
    default=Path("sim/usb"),
    show_default=True,
    help="The port that the dock watches, seen from the folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
def demo(into: Path, force: str, camera: str, port: int | None, usb: Path, as_json: bool) -> None:
    """Make a small force on this machine, with one simulated camera.

    Root key, service key, TLS certificates of each role, configurations for server, dock and
    staff, and a camera: the firmware is run in the simulator and provisioned over its port, where
    it draws its own evidence key. Nothing that exists is overwritten.
    """
    console = Console(stderr=True, highlight=False)
    plan = Plan(into, force, camera, port, usb)
    try:
        with console.status("starting") as status:

            def progress(step: str) -> None:
                status.update(step)
                if not console.is_terminal and not as_json:
                    console.print(step)

            make(plan, progress)
    except ProvisionError as error:
        _tell(error, as_json)
        sys.exit(error.exit_code)
    made = {
        "into": str(into),
        "anchor": str(into / "anchor"),
        "upstream": str(into / "upstream" / "upstream.toml"),
        "dock": str(into / "dock" / "dock.toml"),
        "staff": str(into / "staff" / "staff.toml"),
        "flash": str(into / "camera" / "flash.img"),
        "card": str(into / "camera" / "card.img"),
        "camera": f"{camera}/{EPOCH}",
    }
    if as_json:
        click.echo(json.dumps(made))
        return
    for name, what in made.items():
        click.echo(f"{name:9} {what}")


def _tell(error: ProvisionError, as_json: bool) -> None:
    if as_json:
        said = {"error": error.code, "message": error.message, "next": error.next_step}
        click.echo(json.dumps(said))
        return
    click.echo(f"candour provision: {error.code}: {error.message}\n{error.next_step}", err=True)
