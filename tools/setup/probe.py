# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Run by a MicroPython to show that Candour's firmware can run on it.

Each need is used, not only imported. Prints `suits` and the version when everything works;
otherwise one line names the first thing that does not, and the exit code is 1.
"""

import sys

VERSION = (1, 24)


def version():
    if sys.implementation.name != "micropython" or sys.implementation.version[:2] < VERSION:
        raise ValueError("MicroPython 1.24 or later is needed")


def tasks():
    import asyncio

    done = []

    async def main():
        await asyncio.sleep_ms(0)
        done.append(True)

    asyncio.run(main())
    assert done


class _Ram:
    def __init__(self, blocks):
        self.data = bytearray(512 * blocks)

    def readblocks(self, block, buffer, offset=0):
        start = block * 512 + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * 512 + offset
        self.data[start : start + len(buffer)] = buffer

    def ioctl(self, operation, _argument):
        return {4: len(self.data) // 512, 5: 512}.get(operation, 0)


def littlefs():
    import vfs

    card = _Ram(64)
    vfs.VfsLfs2.mkfs(card)
    assert vfs.VfsLfs2(card).statvfs("/")[2] == 64


def ciphers():
    import binascii
    import hashlib

    import cryptolib

    ecb, cbc = 1, 2
    # FIPS 197 appendix C.3.
    key = bytes(range(32))
    plain = binascii.unhexlify("00112233445566778899aabbccddeeff")
    expected = binascii.unhexlify("8ea2b7ca516745bfeafc49904b496089")
    assert cryptolib.aes(key, ecb).encrypt(plain) == expected
    assert cryptolib.aes(key, cbc, bytes(16)).encrypt(plain) == expected
    # FIPS 180-4, the empty message.
    assert hashlib.sha256(b"").digest()[:4] == b"\xe3\xb0\xc4\x42"


def session():
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    assert "TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384" in context.get_ciphers()


def system():
    import os
    import select
    import termios

    assert len(os.urandom(16)) == 16 and os.urandom(16) != os.urandom(16)
    assert select.poll().ipoll and termios.setraw


def emitters():
    import micropython

    source = "@micropython.%s\ndef f(a: int) -> int:\n    return a + 1\n"
    for name in ("native", "viper"):
        scope = {"micropython": micropython}
        exec(source % name, scope)
        assert scope["f"](41) == 42


for check in (version, tasks, littlefs, ciphers, session, system, emitters):
    try:
        check()
    except Exception as error:
        print("lacks %s: %s: %s" % (check.__name__, type(error).__name__, error))
        sys.exit(1)

print("suits", ".".join([str(part) for part in sys.implementation.version[:3]]))
