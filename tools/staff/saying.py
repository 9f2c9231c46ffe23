# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""How `candour open` and `candour export` speak: one answer or one refusal, in words or as JSON.

With `--json` nothing else is printed, on either stream.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tools.media.errors import MediaError
from tools.staff.errors import StaffError


@contextmanager
def refusals(command: str, as_json: bool) -> Iterator[None]:
    """End the program with the error's exit code where the block raises one."""
    try:
        yield
    except StaffError as error:
        _refuse(command, as_json, error.said, error.message, error.next)
        sys.exit(error.exit_code)
    except MediaError as error:
        _refuse(command, as_json, error.code, str(error), error.next_step)
        sys.exit(error.exit_code)


@contextmanager
def progress(label: str, total: int, as_json: bool) -> Iterator[Callable[[], None]]:
    """A bar of frames on a terminal; call what is yielded for each."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    shown = console.is_terminal and not as_json
    with Progress(*columns, console=console, disable=not shown, transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance() -> None:
            bar.advance(task)

        yield advance


def answer(said: dict[str, object], words: str, as_json: bool) -> None:
    """What was done."""
    click.echo(json.dumps(said) if as_json else words)


def _refuse(command: str, as_json: bool, code: str, message: str, next_step: str) -> None:
    if as_json:
        click.echo(json.dumps({"error": code, "message": message, "next": next_step}))
    else:
        click.echo(f"candour {command}: {code}: {message}\n{next_step}", err=True)
