# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour demo`: the whole way on this machine, every step with its figures."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

import click

from sim.errors import SimError
from tools.demo.errors import DemoError
from tools.demo.story import Story

_FAILED = 1
_INTERRUPTED = 130


@click.command("demo")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/demo"),
    show_default=True,
    help="Folder for what the demo leaves behind; an earlier demo there is replaced.",
)
@click.option("--keep", is_flag=True, help="Leave camera, dock and server running until Ctrl-C.")
def command(into: Path, keep: bool) -> None:
    """Film a street, dock, verify, store, erase, open, export, and refuse a flipped bit.

    Camera (the flashed firmware on the real MicroPython), dock and evidence server run on this
    machine with their own defaults and speak as they would in a station. Takes under a minute.
    """
    if into.exists() and any(into.iterdir()) and not (into / "system").is_dir():
        raise click.BadParameter(f"{into} holds something else", param_hint="--into")
    # Ended from outside, it ends what it started as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    story = Story(into)
    try:
        story.play()
        click.echo(f"\nAll of it in {time.monotonic() - begun:.0f} s. Look at:")
        _where(story)
        if keep:
            click.echo("\nRunning until Ctrl-C.", err=True)
            threading.Event().wait()
    except (DemoError, SimError) as error:
        click.echo(f"Error: {error}\nNext: {error.next_step}", err=True)
        sys.exit(_FAILED)
    except KeyboardInterrupt:
        sys.exit(0 if keep else _INTERRUPTED)
    finally:
        story.close()


def _where(story: Story) -> None:
    folder = story.folder
    page = (story.system / "upstream/data/page").read_text().strip()
    rows = [
        (f"{folder}/recording.mp4", "the film"),
        (f"{folder}/frames/", "its frames"),
        (f"{folder}/bundle/", "what a court gets"),
        (f"{folder}/logs/", "what the programs said"),
        (page, "what arrived (with --keep)"),
        (f"candour sim press --dir {story.system}/sim", "the record button (with --keep)"),
        ("docs/threat-model.md", "who is trusted with what"),
    ]
    for where, what in rows:
        click.echo(f"  {what:32} {where}")
