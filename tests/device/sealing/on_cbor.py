# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: the encoder and the strict reader of CBOR."""

import time
from binascii import hexlify, unhexlify

from sealing import cbor
from sealing.errors import CborError


def _value(pair: list) -> object:
    """The value that tools.vectors.appendix_a writes as a type and a content."""
    kind, content = pair
    if kind == "bytes":
        return unhexlify(content)
    if kind == "array":
        return [_value(item) for item in content]
    if kind == "map":
        return {_value(key): _value(held) for key, held in content}
    if kind == "tag":
        return cbor.Tag(content[0], _value(content[1]))
    return content


def _outcome(data: bytes, **limits: object) -> str:
    """The error's name and offset, or what the value encodes to."""
    try:
        value = cbor.decode(data, **limits)
    except CborError as error:
        return "%s %d" % (type(error).__name__, error.args[1])
    return hexlify(cbor.encode(value)).decode()


def _timed(data: bytes) -> tuple[str, int]:
    start = time.ticks_us()
    outcome = _outcome(data)
    return outcome, time.ticks_diff(time.ticks_us(), start)


def both_ways(vectors: list[dict]) -> list[dict]:
    """Those that encode or decode to something else."""
    wrong = []
    for v in vectors:
        data = unhexlify(v["encoded"])
        value = _value(v["value"])
        numbers = (0, 1, 2, 3, 23, 24, 32)
        if cbor.encode(value) != data or cbor.decode(data, tags=numbers) != value:
            wrong.append(v)
    return wrong


def outcomes(inputs: list[str]) -> list[str]:
    return [_outcome(unhexlify(text)) for text in inputs]


def outcomes_with_limits(cases: list[list]) -> list[str]:
    return [_outcome(unhexlify(text), **limits) for text, limits in cases]


def all_short(_: None) -> dict:
    """Every input of up to two bytes: those taken, and those taken that encode to another."""
    taken = []
    wrong = []

    def see(data: bytes) -> None:
        outcome = _outcome(data)
        if not outcome.startswith("Cbor"):
            taken.append(hexlify(data).decode())
            if outcome != taken[-1]:
                wrong.append(taken[-1])

    see(b"")
    for first in range(256):
        see(bytes((first,)))
        for second in range(256):
            see(bytes((first, second)))
    return {"taken": taken, "wrong": wrong}


def fuzz(argument: dict) -> dict:
    """Mutate seeds; whatever is taken must encode to exactly what was read, and in time."""
    seeds = [unhexlify(text) for text in argument["seeds"]]
    state = argument["state"]
    wrong = []
    taken = 0
    slowest_us = 0
    for _ in range(argument["cases"]):
        state = (state * 1103515245 + 12345) & 0x3FFFFFFF
        data = bytearray(seeds[(state >> 8) % len(seeds)])
        for _ in range(1 + (state >> 3) % 3):
            state = (state * 1103515245 + 12345) & 0x3FFFFFFF
            at = (state >> 12) % (len(data) + 1)
            what = (state >> 5) % 4
            if what == 0:
                data = data[:at]
            elif what == 1:
                data = data[:at] + bytes(((state >> 7) & 255,)) + data[at:]
            elif at < len(data):
                data[at] = data[at] ^ 1 << ((state >> 7) & 7) if what == 2 else (state >> 9) & 255
        outcome, taken_us = _timed(bytes(data))
        if taken_us > slowest_us:
            # Once more, so that what else the machine does is not counted.
            slowest_us = max(slowest_us, min(taken_us, _timed(bytes(data))[1]))
        if not outcome.startswith("Cbor"):
            taken += 1
            if outcome != hexlify(data).decode():
                wrong.append(hexlify(data).decode())
    return {"taken": taken, "wrong": wrong, "slowest_us": slowest_us}


def refuse_to_encode(_: None) -> list[str]:
    """What is encoded though it has no encoding in the subset."""
    nested = []
    for _ in range(8):
        nested = [nested]
    taken = []
    for value in (1.5, 1 << 64, -(1 << 64) - 1, {1.5: 0}, {True: 0}, {None: 0}, {(1,): 0}, set()):
        try:
            cbor.encode(value)
            taken.append(repr(value))
        except CborError:
            pass
    try:
        cbor.encode(nested)
        taken.append("nine levels")
    except CborError:
        pass
    return taken
