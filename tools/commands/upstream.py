# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`candour upstream`: runs the evidence server."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import click

from upstream import config, serve
from upstream.errors import UpstreamError

_FOLDER = click.Path(path_type=Path, resolve_path=True)


@click.group(name="upstream")
def command() -> None:
    """Run the evidence server."""


@command.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="The server's TOML file; docs/operations.md lists its settings.",
)
@click.option("--host", help="Address to listen on, in place of the file's.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--page-port", type=int, help="Loopback port of the page; 0 takes a free one.")
@click.option("--data", type=_FOLDER, help="Folder of what the server keeps.")
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as a JSON line.")
def run(
    file: Path,
    host: str | None,
    port: int | None,
    page_port: int | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Take segments in, give receipts, let staff open what is stored; until SIGTERM or Ctrl-C.

    A setting is taken from the file, then from CANDOUR_UPSTREAM_<SETTING>, then from a flag. When
    it listens, its data folder has the files `address` (host:port) and `page` (a URL).
    """
    logging.basicConfig(format="%(levelname).1s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    flags = {"host": host, "port": port, "page_port": page_port, "data": data}

    def told(listening: serve.Listening) -> None:
        if as_json:
            click.echo(json.dumps({"address": listening.address, "page": listening.page}))
        else:
            click.echo(f"evidence server  https://{listening.address}\npage  {listening.page}")
        sys.stdout.flush()

    try:
        serve.run(config.load(file, flags), told)
    except UpstreamError as error:
        said = {"error": error.code, "message": error.message, "next": error.next}
        if as_json:
            click.echo(json.dumps(said))
        else:
            click.echo(f"candour upstream: {error.code}: {error.message}\n{error.next}", err=True)
        sys.exit(error.exit_code)
