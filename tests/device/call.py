# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by MicroPython: `call.py module function in.json out.json`; the other half of runner.py."""

import json
import sys


def main(module: str, function: str, source: str, sink: str) -> None:
    """Call module.function with what in.json holds; write what it returns to out.json."""
    with open(source) as stream:
        argument = json.load(stream)
    result = getattr(__import__(module), function)(argument)
    with open(sink, "w") as stream:
        json.dump(result, stream)


# This file's own folder holds tests/device/sealing, which would hide the firmware's.
del sys.path[0]
main(*sys.argv[1:])
