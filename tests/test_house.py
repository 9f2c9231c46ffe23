# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The house keeps its rules, and each rule can be broken: planted sources show that it is seen."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests import house_rules

ROOT = Path(__file__).parent.parent
SKIPPED = {".git", ".venv", "out", "node_modules", "__pycache__", ".hypothesis"}
SOURCES = {".css", ".js", ".py", ".pyi", ".sh", ".toml"}
NAMED = {"Makefile", "run"}
HEADER = "".join(f"# {line}\n" for line in house_rules.SPDX)


def _sources() -> Iterator[PurePosixPath]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED and "cache" not in name]
        for name in files:
            if Path(name).suffix in SOURCES or name in NAMED:
                yield PurePosixPath(Path(folder, name).relative_to(ROOT))


def test_every_source_keeps_the_rules() -> None:
    paths = sorted(_sources())
    assert len(paths) > 30
    wrong = [
        line
        for path in paths
        for line in house_rules.findings(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


BROKEN = [
    ("firmware/sealing/x.py", "import store.ring", "sealing may not import store"),
    ("firmware/store/x.py", "from link import session", "store may not import link"),
    ("firmware/link/x.py", "from recorder import app", "link may not import recorder"),
    ("firmware/link/x.py", "from store import ring", "link may not import store"),
    ("firmware/recorder/x.py", "import hal", "recorder may not import hal"),
    ("firmware/recorder/x.py", "import machine", "only hal may import machine"),
    ("firmware/store/x.py", "def f():\n    from csi import CSI", "only hal may import csi"),
    ("firmware/sealing/x.py", "import random", "only hal may import random"),
    ("firmware/main.py", "import evidence", "only hal may import evidence"),
    ("firmware/hal/x.py", "import recorder.app", "hal may not import recorder"),
    ("firmware/camera/x.py", "", "camera is not a room of the firmware"),
    ("firmware/main.py", "IS_SIM = 1", "'IS_SIM' has no place in firmware"),
    ("firmware/main.py", "x = 'simulated'", "'simulated' has no place in firmware"),
    ("firmware/hal/x.py", "import sys\nif sys.platform == 'linux':\n    pass", "sys.platform"),
    ("firmware/hal/x.py", "import os\nn = os.uname().machine", "may not ask os.uname"),
    ("evidence/x.py", "import os", "evidence may not import os"),
    ("evidence/x.py", "import time", "evidence may not import time"),
    ("evidence/x.py", "import cbor2", "evidence may not import cbor2"),
    ("evidence/x.py", "import dock.spool", "evidence may not import dock"),
    ("evidence/x.py", "d = open('x').read()", "evidence may not call open"),
    ("evidence/x.py", "import datetime\nn = datetime.datetime.now()", "may not call"),
    ("dock/x.py", "from upstream import store", "dock may not import upstream"),
    ("upstream/x.py", "import sim", "upstream may not import sim"),
    ("upstream/x.py", "import firmware.sealing", "upstream may not import firmware.sealing"),
    ("upstream/x.py", "from evidence import _private", "evidence._private is private"),
    ("dock/x.py", "__import__('upstream')", "dock may not import upstream"),
    ("sim/x.py", "import tools.cli", "sim may not import tools"),
    ("hw/x.py", "import tools.cli", "hw may not import tools"),
    ("hw/x.py", "import click", "hw may not import click"),
    ("tools/x.py", "from tests import counting", "tools may not import tests"),
    ("tools/x.py", "try:\n    pass\nexcept:\n    pass", "bare except"),
    ("dock/utils.py", "", "'utils' does not say"),
    ("dock/helpers/x.py", "", "'helpers' does not say"),
    ("dock/x.py", "a = 1\n" * 300, "302 lines"),
    ("dock/x.py", "def f():\n" + "    a = 1\n" * 60, "f has 61 lines"),
]


@pytest.mark.parametrize(("path", "source", "expected"), BROKEN)
def test_a_broken_rule_is_seen(path: str, source: str, expected: str) -> None:
    wrong = house_rules.findings(PurePosixPath(path), HEADER + source)
    assert len(wrong) == 1
    assert expected in wrong[0]


KEPT = [
    ("firmware/main.py", "import hal\nfrom recorder import app\nimport asyncio"),
    ("firmware/hal/card.py", "import machine\nimport pins"),
    ("firmware/recorder/x.py", "from link import session\nfrom store import ring"),
    ("evidence/x.py", "import hashlib\nfrom cryptography import x509\nfrom evidence import cbor"),
    ("dock/x.py", "import os\nimport serial\nfrom evidence import verify\nfrom . import config"),
    ("tools/x.py", "import sim\nimport upstream.app"),
]


@pytest.mark.parametrize(("path", "source"), KEPT)
def test_a_kept_rule_is_not_blamed(path: str, source: str) -> None:
    assert house_rules.findings(PurePosixPath(path), HEADER + source) == []


@pytest.mark.parametrize("name", ["dock/x.py", "Makefile", "tools/setup/x.sh"])
def test_a_missing_licence_is_seen(name: str) -> None:
    assert house_rules.findings(PurePosixPath(name), "# nothing\n") == [
        f"{name}:1: no SPDX header"
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_by_hash_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(
        r"^[a-z0-9-]+(?:\[[a-z,]+\])?==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.M
    )
    assert len(pins) == len(re.findall(r"^\S+==", text, re.M)) > 20


def test_vectors_are_of_the_locked_cryptography() -> None:
    text = (ROOT / "requirements-dev.lock").read_text()
    versions = dict(re.findall(r"^(cryptography(?:-vectors)?)==(\S+)", text, re.M))
    assert versions["cryptography"] == versions["cryptography-vectors"]
