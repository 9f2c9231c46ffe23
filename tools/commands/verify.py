# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour verify`: checks a bundle offline. docs/format.md §11; exit codes of DESIGN §11.

What is wrong inside a bundle, its form included, is exit 1 with the first bad place. 2 is for bad
arguments alone, 3 for what could not be read.
"""

import json
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from evidence.anchor import Anchor
from evidence.bundle import Verdict, verify_bundle
from evidence.errors import AnchorError, EvidenceError
from evidence.limits import ANCHOR_BYTES
from tools.verifying import report
from tools.verifying.source import ReadAhead, open_store

_IO = 3


@click.command("verify")
@click.option(
    "--anchor",
    "anchor_path",
    type=click.Path(path_type=Path),
    metavar="A",
    help="The force's anchor, which you got from outside the bundle.",
)
@click.option("--json", "as_json", is_flag=True, help="Say it as one JSON object.")
@click.argument("bundle", type=click.Path(path_type=Path))
def command(bundle: Path, anchor_path: Path | None, as_json: bool) -> None:
    """Check BUNDLE (a folder or a zip file) offline: no server, no key.

    Says what was proven and what was not; on refusal, the first bad place. Without an anchor a
    bundle can only be found to agree with itself.

    \b
    Exit codes: 0 verified against the anchor     3 could not be read
                1 refused                         4 consistent, but no anchor given
                2 wrong arguments, or no anchor in the anchor file
    """
    try:
        anchor = _read_anchor(anchor_path) if anchor_path else None
        verdict = _verify(bundle, anchor, quiet=as_json)
    except EvidenceError as error:
        _say(report.refusal_json(error) if as_json else report.refusal_words(error))
        sys.exit(report.REFUSED)
    except OSError as error:
        click.echo(f"Error: {error.strerror or error}: {error.filename or bundle}", err=True)
        sys.exit(_IO)
    _say(report.as_json(verdict) if as_json else report.words(verdict))
    sys.exit(report.VERIFIED if verdict.anchored else report.UNANCHORED)


def _read_anchor(path: Path) -> Anchor:
    with path.open("rb") as file:
        data = file.read(ANCHOR_BYTES + 1)
    try:
        return Anchor.parse(data)
    except AnchorError as error:
        message = f"{error} {error.next_step}"
        raise click.BadParameter(message, param_hint="--anchor") from None


def _verify(path: Path, anchor: Anchor | None, quiet: bool) -> Verdict:
    with open_store(path) as store:
        files = ReadAhead(store)
        total = sum(files.sizes().values())
        shown = not quiet and sys.stderr.isatty()
        bar = click.progressbar(length=total, label="Checking", file=sys.stderr)
        with bar if shown else nullcontext() as progress:
            return verify_bundle(files, anchor, progress.update if progress else None)


def _say(what: str | dict[str, object]) -> None:
    click.echo(what if isinstance(what, str) else json.dumps(what, indent=2))
