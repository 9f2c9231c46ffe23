# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The `candour` command: finds the operator commands and runs one of them.

A command's module is imported only when it is asked for, so that `candour verify` on a stranger's
machine loads neither a server nor a video library. Exit codes: DESIGN §11, in the help below.
"""

from __future__ import annotations

import importlib

import click

_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("Start here", "The whole way on this machine: record, dock, verify, store, export."),
    "verify": ("Anyone", "Check a bundle of evidence offline: no server, no key."),
    "sim": ("Camera", "Run a camera here: the flashed firmware without hardware."),
    "provision": ("Fleet", "Make the identities of a force, its docks and its cameras."),
    "dock": ("Stations", "Run the daemon of a docking station."),
    "upstream": ("Servers", "Run the evidence server."),
    "open": ("Evidence staff", "Get a recording's frames from the server, which logs it first."),
    "export": ("Evidence staff", "Make a film (MP4) or a bundle that a stranger can check."),
}

_EXIT_CODES = """\b
Exit codes: 0 done, or verified against an anchor
            1 evidence refused
            2 wrong usage or configuration
            3 files, devices or network failed
            4 consistent, but checked against no anchor"""


class _House(click.Group):
    """Commands by who needs them, each loaded when it is first used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tools.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, (who, line) in _COMMANDS.items():
            groups.setdefault(who, []).append((name, line))
        for who, rows in groups.items():
            with formatter.section(who):
                formatter.write_dl(rows, col_max=12)


@click.group(
    cls=_House,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="candour")
def main() -> None:
    """Body-worn video that both sides of the camera can trust.

    A camera encrypts and signs what it records; a dock carries it and can neither read nor forge
    it; the evidence server keeps, discloses and lets go of it; anyone can check it offline.

    Begin with `candour demo`, then `candour verify --help`.
    """
