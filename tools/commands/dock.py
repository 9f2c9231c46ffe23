# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour dock`: runs the daemon of a docking station, and shows what it does."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from dock import config, serve
from dock.errors import DockError, SpoolFault

_STATE_BYTES = 1 << 20

_config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="The dock's TOML file; docs/operations.md lists its settings.",
)


@click.group(name="dock")
def command() -> None:
    """Run the daemon of a docking station."""


@command.command()
@_config
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=click.Path(),
    help="A bay's serial port, or a pattern in quotes; in place of the file's. May be repeated.",
)
@click.option("--upstream-url", metavar="URL", help="The evidence server: https://HOST[:PORT].")
@click.option("--spool", type=click.Path(path_type=Path), help="Folder of what waits.")
@click.option("--once", is_flag=True, help="Stop when a camera has been drained.")
@click.option("--within", type=click.FloatRange(min=0.1), metavar="S", help="Give up after S s.")
def run(
    file: Path,
    ports: tuple[str, ...],
    upstream_url: str | None,
    spool: Path | None,
    once: bool,
    within: float | None,
) -> None:
    """Pull what docked cameras hold, verify it, keep it safe, forward it, relay orders.

    A setting is taken from the file, then from CANDOUR_DOCK_<SETTING>, then from a flag. A port
    may come and go. `spool/state.json` and `candour dock status` say what each bay does.

    \b
    Exit codes with --once: 0 drained; 1 drained, but some evidence was refused (see the
    quarantine); 3 not drained in time.
    """
    logging.basicConfig(format="%(levelname).1s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    flags = {
        "ports": tuple(str(Path(port).absolute()) for port in ports),
        "upstream_url": upstream_url,
        "spool": spool.absolute() if spool else None,
    }
    try:
        code = serve.run(config.load(file, flags), once, within)
    except DockError as error:
        _fail(error)
    sys.exit(code)


@command.command()
@_config
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
def status(file: Path, as_json: bool) -> None:
    """Show what a dock did last, from the state on disk; the daemon need not run."""
    try:
        state = _read_state(config.load(file).spool / "state.json")
    except DockError as error:
        _fail(error)
    if as_json:
        click.echo(json.dumps(state))
        return
    bays = Table("bay", "does", "camera", "pulled", "sessions", "last fault")
    for bay in state["bays"]:
        camera = f"{bay['camera']}/{bay['epoch']}" if bay["camera"] else "–"
        fault = bay["fault"]["message"] if bay["fault"] else "–"
        pulled = f"{bay['pulled_bytes'] / 2**20:.1f} MiB"
        bays.add_row(bay["port"], bay["doing"], camera, pulled, str(bay["sessions"]), fault)
    console = Console()
    console.print(bays)
    segments = state["spool"].get("segments", {})
    held = ", ".join(f"{count} {name}" for name, count in segments.items()) or "nothing"
    console.print(f"spool     {held}")
    fault = state["upstream_fault"]
    console.print(f"upstream  {state['upstream_url']}: {fault['message'] if fault else 'well'}")


def _read_state(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            state = json.loads(file.read(_STATE_BYTES))
    except OSError as error:
        raise SpoolFault(f"{path.name} can't be read ({error.strerror}); has it run?") from error
    except ValueError as error:
        raise SpoolFault(f"{path.name} is damaged; the daemon writes it anew") from error
    if not isinstance(state, dict):
        raise SpoolFault(f"{path.name} is damaged; the daemon writes it anew")
    return state


def _fail(error: DockError) -> NoReturn:
    click.echo(f"candour dock: {error.code}: {error.message}\n{error.next_step}", err=True)
    sys.exit(error.exit_code)
