# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What README and the pages in docs/ say of the commands is what the commands do."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence import errors
from tools.cli import main

ROOT = Path(__file__).parents[2]


def _walk(
    command: click.Command, path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            sub = command.get_command(ctx, name)
            assert sub is not None, name
            found += _walk(sub, (*path, name))
    return found


def test_readme_shows_the_help_as_it_is() -> None:
    shown = re.search(
        r"<!-- help: candour --help -->\n```\n(.*?)```", (ROOT / "README.md").read_text(), re.S
    )
    assert shown, "README.md has no help block"
    real = CliRunner().invoke(main, ["--help"], prog_name="candour", terminal_width=99)
    assert shown.group(1) == real.output


@pytest.mark.parametrize(("path", "command"), _walk(main, ("candour",)), ids=lambda v: str(v)[:40])
def test_every_command_and_option_says_what_it_does(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help, f"{' '.join(path)} has no help"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{' '.join(path)} {option.opts[0]} has no help"


def test_every_error_code_stands_in_the_specification() -> None:
    page = (ROOT / "docs" / "format.md").read_text()

    def tree(cls: type[errors.EvidenceError]) -> list[type[errors.EvidenceError]]:
        return [cls, *(leaf for sub in cls.__subclasses__() for leaf in tree(sub))]

    codes = {cls.code for cls in tree(errors.EvidenceError) if getattr(cls, "code", None)}
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
