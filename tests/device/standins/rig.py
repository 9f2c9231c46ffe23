# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A whole camera in RAM: provisioned flash, card, board and application; cut and booted at will.

`Camera` holds what survives a power cut (the two images, the clock); `boot` makes everything else
anew. Keys are drawn from fixed seeds, so that what it writes is the same bytes each time.
"""

import hashlib
import os

# As in main.py: the deepest rooms first.
import sealing.chunkcipher
import sealing.cose
import sealing.hpke  # noqa: F401
import vfs
from recorder.app import App
from recorder.timekeeper import Timekeeper
from rigblock import ERASE_BYTES, RamCard, RamFlash, Supply
from rigboard import RigBoard, RigClock
from sealing import cbor, cose, x25519
from sealing.ed25519 import SigningKey
from store.catalogue import Catalogue
from store.desk import Desk
from store.ring import Ring
from store.shelf import Shelf

FORCE, CAMERA, EPOCH = "demo", "cam-0001", 1
SINCE_S = 1767225600
FLASH_BLOCKS = 64
FIRMWARE_DIGEST = hashlib.sha256(b"firmware of the rig").digest()


def seed(name: str) -> bytes:
    """32 bytes for a key that protects nothing."""
    return hashlib.sha256(b"candour rig " + name.encode()).digest()


ROOT = SigningKey(seed("root"))
SERVICE = SigningKey(seed("service"))
EVIDENCE = SigningKey(seed("evidence"))
CERTIFICATE = cose.sign1(
    ROOT, "candour-v1/camera", cbor.encode([1, FORCE, CAMERA, EPOCH, EVIDENCE.public, SINCE_S])
)


def ticket(index: int) -> tuple[bytes, bytes, bytes]:
    """(id, private, public) of a ticket."""
    private = seed("ticket %d" % index)
    return seed("ticket id %d" % index)[:16], private, x25519.public_key(private)


def keys() -> dict:
    """Public keys, and the tickets' private halves by their id."""
    found = {
        "evidence_public": EVIDENCE.public.hex(),
        "root_public": ROOT.public.hex(),
        "certificate": CERTIFICATE.hex(),
    }
    for index in range(8):
        name, private, _ = ticket(index)
        found[name.hex()] = private.hex()
    return found


class Camera:
    """`pages` of card; `tickets` of them from number 0."""

    def __init__(self, pages: int = 80, tickets: int = 4, name: str = "rig") -> None:
        self.name = name
        self.card_image = bytearray((pages + 1) * 32768)
        self.flash_image = bytearray(b"\xff" * (FLASH_BLOCKS * ERASE_BYTES))
        self.boots = 0
        self.supply = Supply()
        vfs.VfsLfs2.mkfs(RamFlash(self.supply, self.flash_image))
        self._mount()
        desk = Desk("/rig")
        desk.provision(
            force=FORCE,
            camera=CAMERA,
            epoch=EPOCH,
            seed=seed("evidence"),
            root_public=ROOT.public,
            delegation=cose.sign1(
                ROOT,
                "candour-v1/delegation",
                cbor.encode([1, FORCE, "service", SERVICE.public, SINCE_S]),
            ),
            tls_cert=b"certificate",
            tls_key=b"key",
            dock_ca=b"authority",
            certificate=CERTIFICATE,
            utc_s=SINCE_S,
        )
        if tickets:
            batch = [ticket(index) for index in range(tickets)]
            desk.take_tickets(1, SINCE_S + 1209600, [(t[0], t[2]) for t in batch])
        self.off()

    def copy(self, card_image: bytes, flash_image: bytes) -> None:
        """Put the media back to how they were."""
        self.card_image[:] = card_image
        self.flash_image[:] = flash_image

    def _mount(self) -> None:
        self.off()
        self.flash = RamFlash(self.supply, self.flash_image)
        vfs.mount(vfs.VfsLfs2(self.flash), "/rig")

    def boot(self, supply: Supply | None = None) -> App:
        """Everything anew from the media; the application, started."""
        self.supply = supply or Supply()
        self.boots += 1
        self._mount()
        self.log = []
        card = RamCard(self.supply, self.card_image)
        seed_of_boot = "%s boot %d" % (self.name, self.boots)
        self.board = RigBoard(card, "/rig", seed_of_boot, RigClock())
        self.time = Timekeeper(self.board.clock)
        self.desk = Desk("/rig")
        self.shelf = Shelf(Ring(card), Catalogue("/rig/catalogue"))
        self.app = App(self.board, self.desk, self.shelf, self.time, lambda: self, self._note)
        self.app.start(FIRMWARE_DIGEST)
        self.board.clock.creep_us = 0
        return self.app

    state = 0

    def step(self) -> bool:
        """The link's session, in a dock where nobody speaks."""
        return False

    def reset(self) -> None:
        """The cable is out."""
        self.state = 0

    left = 0

    def leave(self) -> None:
        """The wearer wants the camera."""
        self.left += 1

    def off(self) -> None:
        """The power is gone: RAM with it. One camera has the volume at a time."""
        if "rig" in os.listdir("/"):
            vfs.umount("/rig")

    def _note(self, *words) -> None:
        self.log.append(" ".join([str(word) for word in words]))

    def turns(self, count: int, each_us: int = 1000) -> None:
        """Let the loop turn `count` times, so far apart."""
        for _ in range(count):
            self.board.clock.now_us += each_us
            self.app.step()

    def settle(self, limit: int = 2000) -> None:
        """Turn until nothing moves."""
        for _ in range(limit):
            self.board.clock.now_us += 1000
            if not self.app.step():
                return
        raise AssertionError("the loop does not come to rest")

    def press(self) -> None:
        """Press and release the record button."""
        self.board.buttons.record_down = True
        self.turns(40)
        self.board.buttons.record_down = False
        self.turns(40)

    def mark(self) -> None:
        """Press and release the marker button."""
        self.board.buttons.mark_down = True
        self.turns(40)
        self.board.buttons.mark_down = False
        self.turns(40)

    def film(self, frames: list, period_us: int = 40000, turns: int = 8) -> None:
        """Give frames at the sensor's pace."""
        for frame in frames:
            self.board.sensor.frames.append(frame)
            self.turns(turns, period_us // turns)

    def entries(self) -> list[tuple]:
        """Everything that the shelf would send."""
        return self.shelf.entries(0, 0xFFFF, 1000)

    def pull(self, entry: tuple, step: int = 65536):
        """The bytes of an entry, in steps; each view is good until the next."""
        view = memoryview(bytearray(step))
        offset = 0
        while offset < entry[3]:
            count = self.shelf.read(entry[0], entry[2], offset, view)
            assert count
            yield view[:count]
            offset += count


def picture(index: int, length: int) -> bytes:
    """A payload with the ends of a JPEG, the same each time."""
    digest = hashlib.sha256(b"picture %d" % index).digest()
    body = digest * (length // 32 + 1)
    return b"\xff\xd8" + body[: max(0, length - 4)] + b"\xff\xd9"
