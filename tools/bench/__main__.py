# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: runs every measurement and writes `out/bench.json` and README's table.

A goal that was not met stands in the table as unmet; nothing is left out for being slow.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import click

_SUITES = ("verify", "link")
_BEGIN, _END = "<!-- bench -->", "<!-- /bench -->"
Row = dict[str, Any]


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table, the unmet in bold."""
    lines = [
        "| what | unit | ours | beside | ratio | goal | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "–"}[row["met"]]
        lines.append(
            f"| {row['name']} | {row['unit']} | {_figure(row['ours'])} | "
            f"{_figure(row['against'])} | {_figure(row['ratio'])} | {row['goal']} | {met} |"
        )
    return "\n".join(lines)


def _into_readme(text: str, readme: Path) -> None:
    old = readme.read_text(encoding="utf-8")
    before, rest = old.split(_BEGIN, 1)
    after = rest.split(_END, 1)[1] if _END in rest else rest
    readme.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


@click.command()
@click.option("--readme", is_flag=True, help="Put the table into README.md as well.")
@click.argument("suites", nargs=-1)
def main(readme: bool, suites: tuple[str, ...]) -> None:
    """Measure SUITES (all of them by default): medians beside a peer in the same run."""
    rows: list[Row] = []
    for suite in suites or _SUITES:
        click.echo(f"bench: {suite} …", err=True)
        rows += importlib.import_module(f"tools.bench.{suite}").measure()
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    click.echo(table(rows))
    unmet = [row["name"] for row in rows if row["met"] is False]
    click.echo(f"unmet: {', '.join(unmet) if unmet else 'none'}")
    if readme:
        _into_readme(table(rows), Path("README.md"))
    sys.exit(0)


if __name__ == "__main__":
    main()
