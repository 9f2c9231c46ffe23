# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house (ADR 0001), as functions from a path and its source to what is wrong.

Imports are read from the syntax tree, so one inside a function counts like one at the top. What
is not allowed is refused: a new room or module must be named here before it can be used.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

PACKAGES = {"dock", "evidence", "hw", "sim", "tests", "tools", "upstream"}
MAY_IMPORT = {
    "evidence": set[str](),
    "dock": {"evidence"},
    "upstream": {"evidence"},
    "sim": {"dock", "evidence", "hw", "upstream"},
    "hw": set[str](),
    "tools": PACKAGES - {"tests"},
    "tests": PACKAGES,
}
# Bytes in, verdict or named error out: no I/O, no clock, no network, no randomness.
EVIDENCE_FROM_OUTSIDE = set(
    "__future__ abc base64 binascii bisect collections contextlib copy cryptography dataclasses"
    " datetime enum functools hashlib heapq hmac io itertools json math operator re string"
    " struct types typing".split()
)
EVIDENCE_CALLS = re.compile(r"^(open|input|print|exec|eval|.*\.(now|utcnow|today))$")

ROOMS = {"recorder", "link", "store", "sealing", "hal"}
DOWNWARD = {
    "main": ROOMS | {"pins"},
    "boot": set[str](),
    "recorder": {"recorder", "link", "store", "sealing"},
    "link": {"link", "sealing"},
    "store": {"store", "sealing"},
    "sealing": {"sealing"},
    "hal": {"hal", "pins"},
}
IMPORTERS = {"__import__", "importlib.import_module"}
# What every port has. Only hal may name anything else; `random` stands nowhere on purpose.
MICROPYTHON = set(
    "array asyncio binascii collections cryptolib errno gc hashlib heapq io json math micropython"
    " os select struct sys time tls uctypes vfs".split()
)
STANDS_ON_NO_BOARD = re.compile(r"\b\w*(is_?sim\b|simulat)\w*", re.IGNORECASE)
ASKS_PLATFORM = {"sys.platform", "sys.implementation", "os.uname"}

VAGUE_NAMES = re.compile(r"^(utils?|helpers?|common|managers?|misc)$")
LINES, FUNCTION_LINES = 300, 60
SPDX = (
    "SPDX-FileCopyrightText: 2026 The Candour authors",
    "SPDX-License-Identifier: Apache-2.0",
)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported; relative imports begin with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _dotted(node.func) in IMPORTERS:
            yield from (
                (node.lineno, str(argument.value))
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            )


def _dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute; the root of anything else is left out."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def package_imports(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """The import table for CPython's rooms."""
    room = path.parts[0]
    for line, name in imports(tree):
        top = name.split(".")[0]
        if top == "" or top == room:
            continue
        if top in PACKAGES:
            if top not in MAY_IMPORT[room]:
                yield f"{path}:{line}: {room} may not import {top}"
            elif room != "tests" and any(part.startswith("_") for part in name.split(".")[1:]):
                yield f"{path}:{line}: {name} is private to {top}"
        elif top == "firmware" or top in ROOMS:
            yield f"{path}:{line}: firmware runs on MicroPython; {room} may not import {name}"
        elif room == "evidence" and top not in EVIDENCE_FROM_OUTSIDE:
            yield f"{path}:{line}: evidence may not import {top}: no I/O, no clock, no network"
        elif room == "hw" and top not in sys.stdlib_module_names:
            yield f"{path}:{line}: hw may not import {top}"


def firmware_imports(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """The import table for the flashed rooms: downward, and vendor modules in hal alone."""
    room = path.parts[1].removesuffix(".py")
    if room not in DOWNWARD:
        yield f"{path}:1: {room} is not a room of the firmware"
        return
    for line, name in imports(tree):
        top = name.split(".")[0]
        if top in ROOMS | {"pins", "main", "boot"}:
            if top not in DOWNWARD[room]:
                yield f"{path}:{line}: {room} may not import {top}"
        elif top and top not in MICROPYTHON and room != "hal":
            yield f"{path}:{line}: only hal may import {top}"


def firmware_asks_nothing(path: PurePosixPath, source: str, tree: ast.AST) -> Iterator[str]:
    """The code that is tested is the code that is flashed: no question about where it runs."""
    for number, line in enumerate(source.splitlines(), 1):
        if found := STANDS_ON_NO_BOARD.search(line):
            yield f"{path}:{number}: '{found[0]}' has no place in firmware"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _dotted(node) in ASKS_PLATFORM:
            yield f"{path}:{node.lineno}: firmware may not ask {_dotted(node)}"


def evidence_is_pure(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Calls that reach outside without an import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and EVIDENCE_CALLS.match(_dotted(node.func)):
            yield f"{path}:{node.lineno}: evidence may not call {_dotted(node.func)}"


def shape(path: PurePosixPath, source: str, tree: ast.AST) -> Iterator[str]:
    """Names, sizes and bare excepts, for every Python file."""
    for part in (*path.parts[:-1], path.stem):
        if VAGUE_NAMES.match(part):
            yield f"{path}:1: '{part}' does not say what lives there"
    lines = source.count("\n")
    if lines > LINES:
        yield f"{path}:{LINES}: {lines} lines; split past {LINES}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{path}:{node.lineno}: bare except"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            unrolled = any(_dotted(mark) == "micropython.viper" for mark in node.decorator_list)
            if length > FUNCTION_LINES and not unrolled:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines"


def licence(path: PurePosixPath, source: str) -> Iterator[str]:
    """The two SPDX lines, within the first four."""
    head = "\n".join(source.splitlines()[:4])
    if not all(line in head for line in SPDX):
        yield f"{path}:1: no SPDX header"


def findings(path: PurePosixPath, source: str) -> list[str]:
    """Everything that is wrong with one source, each as `path:line: what`."""
    wrong = list(licence(path, source)) if source.strip() else []
    if path.suffix != ".py":
        return wrong
    tree = ast.parse(source, str(path))
    generated_table = path.name.endswith("_table.py")
    wrong += [] if generated_table else shape(path, source, tree)
    if path.parts[0] == "firmware":
        wrong += firmware_imports(path, tree)
        wrong += firmware_asks_nothing(path, source, tree)
    elif path.parts[0] in MAY_IMPORT and not on_micropython(path):
        wrong += package_imports(path, tree)
    if path.parts[0] == "evidence":
        wrong += evidence_is_pure(path, tree)
    return wrong


def on_micropython(path: PurePosixPath) -> bool:
    """Outside firmware/, what MicroPython runs: stand-ins, device tests, the probe, pins."""
    return (
        path.parts[:2] in {("sim", "boards"), ("tests", "device"), ("hw", "generated")}
        or path.name == "probe.py"
    )
