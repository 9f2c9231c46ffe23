# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A room with one camera in it: the Python face of the simulator, for tests, demo and commands.

`with Room(RoomConfig(folder)) as room: room.press(); room.wait_for(lambda s: s.recording)`.
One event loop in one thread holds everything; nothing outlives the room. docs/simulator.md §2.
"""

from __future__ import annotations

import asyncio
import fcntl
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sim import control, images, interpreter
from sim.camera import Camera
from sim.captured import Captured
from sim.errors import CameraDeadError, RefusedError, RoomTakenError, SimError, TooLateError
from sim.logbook import Logbook
from sim.scene import open_scene
from sim.sensor import Sensor
from sim.state import RoomConfig, RoomState

Answer = TypeVar("Answer")
_CALL_S = 30.0
_MAX_HOLD_S = 20.0


class Room:
    """One camera, from `start` (or `with`) to `stop`."""

    def __init__(self, config: RoomConfig) -> None:
        self.config = config
        self.quit_asked = threading.Event()
        self._held = ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._camera: Camera | None = None
        self._state: RoomState | None = None
        self._news = threading.Condition()

    # From outside

    def start(self) -> Room:
        """Make what is missing, boot the camera and listen on the control socket. SimError."""
        config = self.config
        config.build.check()
        found = interpreter.find(config.bits)
        config.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock()
            card = images.card(self._file("card"), config.card_bytes, found.bits)
            flash = images.flash(self._file("flash"))
            scene = open_scene(config.scene, config.seed)
            self._held.callback(scene.close)
            captured = self._held.enter_context(Captured(config.folder / "captured.json"))
            sensor = Sensor(scene, captured, self._sensor_changed, cover=config.cover)
            log = Logbook(config.folder / "camera.log")
            self._held.callback(log.close)
            listener = control.listen(config.folder)
            self._held.callback(control.close, listener, config.folder)
            paths = {"card": str(card.resolve()), "flash": str(flash.resolve())}

            async def run(ready: asyncio.Future[None]) -> None:
                camera = Camera(config, found, sensor, log, paths, self._changed)
                self._camera = camera
                try:
                    camera.power_on()
                    async with await control.serve(listener, partial(self._do, camera)):
                        ready.set_result(None)
                        await self._ending.wait()
                finally:
                    await camera.cut(restart=False)

            self._run_in_thread(run)
        except BaseException:
            self._held.close()
            raise
        return self

    def stop(self) -> None:
        """Take the power away and let go of everything; captured.json is made durable."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join()
        self._loop = self._thread = None
        self._held.close()

    def press(self, hold_s: float = 0.15) -> RoomState:
        """Press the record button and let it go."""
        return self._ask({"do": "press", "hold_s": hold_s})

    def mark(self, hold_s: float = 0.15) -> RoomState:
        """Press the marker button and let it go."""
        return self._ask({"do": "mark", "hold_s": hold_s})

    def dock(self) -> RoomState:
        """Put the camera on the dock; its port exists when this returns."""
        return self._ask({"do": "dock"})

    def undock(self) -> RoomState:
        """Take the camera off the dock."""
        return self._ask({"do": "undock"})

    def cut(self, *, restart: bool = True) -> RoomState:
        """Cut the power now; the camera boots again, or stays off."""
        return self._ask({"do": "cut", "restart": restart})

    def fault(self, device: str, fault: str) -> RoomState:
        """Break `light` (open, shorted, covered) or `beeper` (dead); `ok` mends it."""
        return self._ask({"do": "fault", "device": device, "fault": fault})

    @property
    def state(self) -> RoomState:
        """The camera at this moment."""
        return self._ask({"do": "state"})

    @property
    def usb(self) -> Path:
        """The symlink to the port; it exists while the camera is docked and on."""
        return self.config.folder / "usb"

    def wait_for(
        self, wanted: Callable[[RoomState], bool], timeout_s: float = 20.0, what: str = "it"
    ) -> RoomState:
        """Return as soon as the camera looks as wanted. TooLateError; CameraDeadError."""

        def there() -> RoomState | None:
            state = self._state
            if state is None or wanted(state):
                return state
            if state.power == "dead":
                raise CameraDeadError(state.exit_code, state.last_log)
            return None

        with self._news:
            if (state := self._news.wait_for(there, timeout_s)) is None:
                raise TooLateError(what, timeout_s)
            return state

    def log_lines(self) -> Iterable[str]:
        """The camera's log so far."""
        return (self.config.folder / "camera.log").read_text(errors="replace").splitlines()

    # On the loop's thread

    async def _do(self, camera: Camera, request: dict[str, Any]) -> dict[str, Any]:
        """One control command; the answer's members beside `ok`."""
        do = request.get("do")
        if do in ("press", "mark"):
            hold_s = float(request.get("hold_s", 0.15))
            if not 0 < hold_s <= _MAX_HOLD_S:
                raise RefusedError(f"a button is held for at most {_MAX_HOLD_S:.0f} s")
            await camera.press("record" if do == "press" else "mark", hold_s)
        elif do == "dock":
            camera.dock()
        elif do == "undock":
            camera.undock()
        elif do == "cut":
            await camera.cut(restart=bool(request.get("restart", True)))
        elif do == "fault":
            camera.fault(str(request.get("device")), str(request.get("fault")))
        elif do == "daylight":
            camera.daylight(int(request.get("level", 0)))
        elif do == "quit":
            self.quit_asked.set()
        elif do != "state":
            raise RefusedError(f"there is no command {do!r}")
        return {"state": camera.state().as_json()}

    def _changed(self) -> None:
        if self._camera is not None:
            state = self._camera.state()
            with self._news:
                self._state = state
                self._news.notify_all()

    def _sensor_changed(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed)

    # Machinery

    def _file(self, name: str) -> Path:
        given: Path | None = getattr(self.config, name)
        return given if given is not None else self.config.folder / f"{name}.img"

    def _lock(self) -> None:
        lock = self._held.enter_context((self.config.folder / "sim.lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RoomTakenError(self.config.folder) from None

    def _run_in_thread(self, run: Callable[[asyncio.Future[None]], Awaitable[None]]) -> None:
        failed: list[BaseException] = []
        up = threading.Event()

        async def main() -> None:
            self._ending = asyncio.Event()
            self._loop = asyncio.get_running_loop()
            ready = self._loop.create_future()
            ready.add_done_callback(lambda _: up.set())
            await run(ready)

        def thread() -> None:
            try:
                asyncio.run(main())
            except BaseException as error:
                if up.is_set():
                    raise
                failed.append(error)
                up.set()

        self._thread = threading.Thread(target=thread, name="room", daemon=True)
        self._thread.start()
        up.wait()
        if failed:
            self._thread.join()
            self._loop = self._thread = None
            raise failed[0]

    def _ask(self, request: dict[str, Any]) -> RoomState:
        if self._loop is None or self._camera is None:
            raise SimError("it was not started")
        answer = asyncio.run_coroutine_threadsafe(self._do(self._camera, request), self._loop)
        return RoomState(**answer.result(_CALL_S)["state"])

    def __enter__(self) -> Room:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
