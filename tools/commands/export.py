# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour export`: a film to look at, and the bundle that a stranger can check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from evidence.errors import EvidenceError
from evidence.header import PICTURE
from evidence.limits import UNCERTAINTY_UNKNOWN_US
from tools.media.mp4 import WRITE_ERRORS, About, Film, FilmWriter
from tools.staff import bundle, frames, settings
from tools.staff.errors import FilesError, OutputError
from tools.staff.saying import answer, progress, refusals
from tools.staff.server import EvidenceServer
from tools.verifying import report

_PATH = click.Path(path_type=Path)


@click.command(name="export")
@click.option(
    "--config",
    "file",
    type=_PATH,
    required=True,
    help="staff.toml: the server, your certificate, the anchor.",
)
@click.option("--reason", required=True, help="Why you ask; the server's log keeps it.")
@click.option("--mp4", type=_PATH, help="Film to write: H.264, each frame at its own time.")
@click.option("--bundle", "into", type=_PATH, help="Folder to make: the bundle, verified after.")
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
@click.argument("recording")
def command(
    file: Path, reason: str, mp4: Path | None, into: Path | None, as_json: bool, recording: str
) -> None:
    """Make a film (--mp4), a bundle (--bundle) or both of RECORDING.

    RECORDING is an id, enough of its beginning, or `latest`. The server logs each of the two
    before it gives anything. A film is a copy for people to look at; the evidence is the bundle,
    which `candour verify` checks without server or key.
    """
    if mp4 is None and into is None:
        raise click.UsageError("Say what to make: --mp4 FILE, --bundle DIR, or both.")
    with refusals("export", as_json):
        _check_places(mp4, into)
        staff = settings.load(file)
        anchor = bundle.read_anchor(staff.anchor)
        with EvidenceServer(staff) as server:
            found = server.find(recording)
            said: dict[str, object] = {"recording": found["id"]}
            words, code = [], 0
            if mp4 is not None:
                film = _film(server, found, reason, mp4, as_json)
                said |= _film_said(mp4, film)
                words.append(_film_words(mp4, film))
            if into is not None:
                with server.bundled(found["id"], reason) as parts:
                    bundle.write(into, parts)
        if into is not None:
            code, verdict, told = _verified(into, anchor)
            said |= {"bundle": str(into), "verdict": verdict}
            words.append(f"{into}: {told}")
        answer(said, "\n".join(words), as_json)
    sys.exit(code)


def _check_places(mp4: Path | None, into: Path | None) -> None:
    if into is not None:
        frames.check_free(into)
    if mp4 is not None and mp4.exists():
        raise OutputError("The film's file exists.")
    if mp4 is not None and not mp4.absolute().parent.is_dir():
        raise OutputError("The film's folder does not exist.")


def _film(
    server: EvidenceServer, found: dict[str, Any], reason: str, path: Path, as_json: bool
) -> Film:
    try:
        with (
            server.opened(found["id"], reason) as chunks,
            FilmWriter(path, _about(found)) as writer,
            progress("frames", found["frames"], as_json) as step,
        ):
            for chunk in chunks:
                if chunk.kind == PICTURE:
                    writer.add(chunk.plaintext, chunk.mono_us)
                    step()
            return writer.finish()
    except WRITE_ERRORS as error:
        raise FilesError(f"The film cannot be written: {error.strerror or error}.") from error


def _about(found: dict[str, Any]) -> About:
    known = found["started_uncertainty_us"] != UNCERTAINTY_UNKNOWN_US
    return About(
        rate=found["rate"],
        title=f"{found['camera']} recording {found['number']}",
        comment=f"Candour recording {found['id']}; a copy, the evidence is its bundle",
        began_utc_us=found["started_utc_us"] if known else None,
    )


def _film_said(path: Path, film: Film) -> dict[str, object]:
    return {
        "mp4": str(path),
        "frames": film.frames,
        "damaged": list(film.damaged),
        "width": film.width,
        "height": film.height,
        "duration_us": film.duration_us,
    }


def _film_words(path: Path, film: Film) -> str:
    size = f"{film.width}x{film.height}, {film.frames:,} frames, {film.duration_us / 1e6:.2f} s"
    damaged = f"; {len(film.damaged)} could not be decoded and are grey" if film.damaged else ""
    return f"{path}: {size}{damaged}"


def _verified(folder: Path, anchor: Any) -> tuple[int, dict[str, object], str]:
    try:
        verdict = bundle.verify(folder, anchor)
    except EvidenceError as error:
        return report.REFUSED, report.refusal_json(error), report.refusal_words(error)
    code = report.VERIFIED if verdict.anchored else report.UNANCHORED
    return code, report.as_json(verdict), report.words(verdict)
