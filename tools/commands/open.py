# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour open`: a recording's frames, through the server, which logs who asks and why first."""

from __future__ import annotations

from pathlib import Path

import click

from tools.staff import frames, settings
from tools.staff.saying import answer, progress, refusals
from tools.staff.server import EvidenceServer


@click.command(name="open")
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="staff.toml: the server and your certificate.",
)
@click.option("--reason", required=True, help="Why you ask; the server's log keeps it.")
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to make; it must not exist, or be empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
@click.argument("recording")
def command(file: Path, reason: str, into: Path, as_json: bool, recording: str) -> None:
    """Write the frames of RECORDING as the camera took them, with their times.

    RECORDING is an id, enough of its beginning, or `latest`. The server authenticates all of the
    recording before it gives a byte, and its log keeps your name, the recording and the reason.
    Writes 000000.jpg and so on, frames.json and events.json.
    """
    with refusals("open", as_json):
        frames.check_free(into)
        with EvidenceServer(settings.load(file)) as server:
            found = server.find(recording)
            with (
                server.opened(found["id"], reason) as chunks,
                progress("frames", found["frames"], as_json) as step,
            ):
                count = frames.write(into, chunks, step)
        said = {"recording": found["id"], "into": str(into), "frames": count}
        words = f"{count:,} frames of {found['id'][:8]} ({found['camera']}) in {into}"
        answer(said | {"complete": found["complete"]}, words, as_json)
