# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tools.bench.wire LINK RATE COMMAND…`: a device's program at the end of a USB cable.

The program's stdin and stdout are one socket, as a camera's are; the cable is the simulator's, in
this process of its own, so that its work burdens neither side. RATE is in bytes a second, 0 for
none. When the port stands, the line `plugged` is said; when stdin closes, all of it ends and the
program's CPU seconds are said.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from pathlib import Path

from sim.usb import Cable


def main(link: str, rate: str, command: list[str]) -> None:
    """Run it until stdin closes."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(command[0] != "--nonblocking")
    if command[0] == "--nonblocking":
        command = command[1:]
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    with Cable(ours, Path(link), rate_bytes_s=float(rate) or None) as cable:
        cable.plug()
        program = subprocess.Popen(
            command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL
        )
        theirs.close()
        print("plugged", flush=True)
        sys.stdin.read()
        program.kill()
        program.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(used.ru_utime + used.ru_stime, cable.carried.to_dock, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
