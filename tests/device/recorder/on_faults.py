# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A whole camera in RAM that can't record, may not go on, or must end: what it does then."""

import rig
from on_recording import digests, recordings


def refusals(_: object) -> dict:
    """No ticket, no identity, no card: each refused by name, and nothing is written."""
    said = {}
    camera = rig.Camera(tickets=0)
    app = camera.boot()
    camera.press()
    said["no tickets"] = [
        app.state,
        app.why.code,
        len(camera.entries()),
        camera.desk.last_number(),
    ]
    camera = rig.Camera()
    app = camera.boot()
    camera.board.card.fail = True
    camera.press()
    said["card"] = [app.state, "tail" if camera.desk.tail() else "no tail", app._recording.active]
    camera.board.card.fail = False
    camera.press()
    said["card back"] = [app.state]
    camera.press()
    camera.settle()
    said["recorded"] = [app.state, len(camera.entries())]
    return said


def _boot_with(source) -> list:
    """State, code, and draws behind the self-test, of a camera that boots with this source."""
    camera = rig.Camera()
    camera.boot()
    drawn = []
    make = rig.RigBoard

    def counted(length_bytes: int) -> bytes:
        drawn.append(length_bytes)
        return source(length_bytes)

    def broken(card, flash, seed, clock):
        board = make(card, flash, seed, clock)
        board.random = counted
        return board

    rig.RigBoard = broken
    try:
        app = camera.boot()
    finally:
        rig.RigBoard = make
    tested = len(drawn)
    camera.press()
    camera.press()
    return [app.state, app.why.code, len(drawn) - tested]


def random_faults(_: object) -> dict:
    """Each broken random source: the state, and what was drawn from it afterwards."""

    def stuck(length_bytes: int) -> bytes:
        return b"\x5a" * length_bytes

    def short(length_bytes: int) -> bytes:
        return bytes(range(length_bytes - 1))

    def absent(length_bytes: int) -> bytes:
        raise OSError(19)

    def same(length_bytes: int) -> bytes:
        return bytes(range(length_bytes))

    said = {}
    for source in (stuck, short, absent, same):
        said[source.__name__] = _boot_with(source)
    camera = rig.Camera()
    camera.boot()
    camera.boots -= 1  # the generator begins as it did at the boot before
    app = camera.boot()
    camera.press()
    said["again"] = [app.state, app.why.code, 0]
    return said


def docking(_: object) -> list:
    """States as the wearer presses and docks."""
    camera = rig.Camera()
    app = camera.boot()
    states = [app.state]
    camera.press()
    states.append(app.state)
    camera.film([rig.picture(1, 100)] * 3)
    camera.board.power.dock = True
    camera.turns(60)
    camera.settle()
    states.append(app.state)
    camera.press()
    states.append(app.state)
    camera.film([rig.picture(1, 100)] * 3)
    camera.press()
    camera.settle()
    states.append(app.state)
    camera.board.power.dock = False
    camera.turns(60)
    states.append(app.state)
    camera.board.power.fed = 0
    app.alive.take()
    camera.turns(1)
    states.append(app.alive.take())
    states.append(app.alive.take())
    return states


def leaving(_: object) -> list:
    """A press while a dock is served: the session is asked to end, and not for ever."""
    camera = rig.Camera()
    app = camera.boot()
    camera.board.power.dock = True
    camera.turns(60)
    camera.state = 2  # a session is open
    camera.press()
    said = [app.state, camera.left]
    camera.state = 0  # it said goodbye
    camera.turns(2)
    said.append(app.state)
    camera.press()
    camera.settle()
    camera.state = 2
    camera.press()
    camera.turns(1800)
    said += [app.state, camera.left]
    camera.turns(200)
    return said + [app.state]


def broken_card(plan: dict) -> dict:
    """The card fails while a second segment runs, and works again at the next press."""
    camera = rig.Camera(pages=80)
    app = camera.boot()
    camera.press()
    pictures = [rig.picture(i, 300) for i in range(30)]
    camera.film(pictures[:25], 1000000, 40)
    camera.board.card.fail = True
    camera.film(pictures[25:], 1000000, 40)
    said = [app.state, len(camera.entries()), camera.board.light.on, camera.board.sensor.running]
    camera.board.card.fail = False
    camera.press()
    said += [app.state, camera.desk.last_number()]
    camera.press()
    camera.settle()
    return {
        "keys": rig.keys(),
        "said": said,
        "recordings": recordings(camera, plan["out"]),
        "pictures": digests(pictures),
    }


def full_card(plan: dict) -> dict:
    """Record until the card is full, then again, then free the first recording and again."""
    camera = rig.Camera(pages=96, tickets=8)
    app = camera.boot()
    states = []
    pictures = [rig.picture(i, 90000) for i in range(70)]
    camera.press()
    camera.film(pictures[:20])
    camera.press()
    camera.settle()
    camera.press()
    camera.film(pictures[20:])
    states.append([app.state, getattr(app.why, "code", None)])
    camera.settle()
    before = recordings(camera, plan["out"])
    camera.press()
    states.append([app.state, app.why.code])
    first = camera.entries()[0]
    camera.shelf.release(first[0], first[2])
    camera.press()
    states.append([app.state, camera.desk.last_number()])
    camera.film(pictures[:5])
    camera.press()
    camera.settle()
    after = recordings(camera, plan["out"])
    return {"keys": rig.keys(), "states": states, "before": before, "after": after}


def wiped(_: object) -> list:
    """Where C or a key of the recording is found in the camera's media and objects at the end."""
    camera = rig.Camera()
    app = camera.boot()
    drawn = []
    draw = camera.board.random
    app._recording._random = lambda length_bytes: drawn.append(draw(length_bytes)) or drawn[-1]
    camera.press()
    # The recording burns the very object that it was given: look for a copy made from the source.
    camera.film([rig.picture(1, 100)] * 3)
    keys_of = app._recording._keys
    tail_key = bytes(keys_of.tail_key)
    extracted = bytes(keys_of._extracted)
    found = []
    if tail_key not in bytes(camera.flash_image):
        found.append("T is not kept while recording")
    camera.press()
    camera.settle()
    if drawn[1] != bytes(32):
        found.append("C")
    if any(keys_of.tail_key) or any(keys_of._extracted):
        found.append("keys")
    for image in (camera.card_image, camera.flash_image):
        if extracted in bytes(image):
            found.append("in media")
    if camera.desk.tail() is not None:
        found.append("tail")
    return found
