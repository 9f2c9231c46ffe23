# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-in for OpenMV's `csi`: the sensor, fed by the room over an inherited descriptor.

Signatures are those of OpenMV's documentation (`omv.csi`, firmware 4.6 and later). The room keeps
the sensor's own pace and counts what nobody fetched; here a frame is asked for, and the frame
buffer is poisoned when it is taken back. docs/simulator.md §3.
"""

import select
import struct
import time

import _line
import uctypes
from image import BAYER, GRAYSCALE, JPEG, RGB565, YUV422, Image  # noqa: F401 - constants of both
from micropython import const

PAG7936 = const(0x7936)
QQVGA, QVGA, VGA, SVGA, XGA, HD, WXGA800 = 1, 2, 3, 4, 5, 6, 7
_SIZES = {
    QQVGA: (160, 120),
    QVGA: (320, 240),
    VGA: (640, 480),
    SVGA: (800, 600),
    XGA: (1024, 768),
    HD: (1280, 720),
    WXGA800: (1280, 800),
}
_BUFFER_BYTES = const(524288)
_POISON = const(0xDB)
_TIMEOUT_MS = const(3000)
_REQUEST = ">4sIII"
_ANSWER = ">4sIQ"


class _Sensor:
    """The one sensor of the board and its frame buffer."""

    def __init__(self) -> None:
        self._file = open(_line.order["sensor_fd"], "r+b")
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)
        self._buffer = bytearray(_BUFFER_BYTES)
        self._poison = bytes([_POISON]) * 4096
        self._used_bytes = 0
        self._number = 0
        self._asked = False
        self._answer = bytearray(struct.calcsize(_ANSWER))
        self._filled = 0
        self.pixformat = 0
        self.framesize = None
        self.width = self.height = 0
        self.rate_hz = 0
        self.framebuffers = 3
        self.asleep = True

    def tell(self, word: bytes, a: int = 0, b: int = 0) -> None:
        """One request to the room."""
        rest = memoryview(struct.pack(_REQUEST, word, a, b, 0))
        while rest:
            sent = self._file.write(rest)
            if sent is None:
                time.sleep_ms(1)
                continue
            rest = rest[sent:]

    def _read(self, view: memoryview, wait: bool) -> int:
        """Bytes read into `view`; 0 only where not waiting."""
        count = self._file.readinto(view)
        while count is None and wait:
            self._poll.poll(1000)
            count = self._file.readinto(view)
        if count == 0:
            _line.power_lost()
        return count or 0

    def _answered(self, wait: bool) -> bool:
        """Take in the head of an answer; False where it hasn't come and there is no waiting."""
        view = memoryview(self._answer)
        while self._filled < len(view):
            count = self._read(view[self._filled :], wait)
            if not count:
                return False
            self._filled += count
        self._filled = 0
        return True

    def frame(self, wait: bool) -> Image | None:
        """The next frame. Whoever held the one before reads poison from now on."""
        if not (self.pixformat and self.width):
            raise RuntimeError("Pixel format or frame size is not set.")
        if self.asleep:
            raise RuntimeError("Sensor is asleep.")
        if not self._asked:
            self.tell(b"SNAP", self.framebuffers)
            self._asked = True
        self._take_back()
        if not self._answered(wait):
            return None
        self._asked = False
        word, number, _ = struct.unpack(_ANSWER, self._answer)
        if word != b"FRAM":
            raise RuntimeError("Frame capture failed.")
        self._number = number
        return Image(self, number)

    def _take_back(self) -> None:
        view = memoryview(self._buffer)
        for start in range(0, self._used_bytes, len(self._poison)):
            end = min(start + len(self._poison), self._used_bytes)
            view[start:end] = memoryview(self._poison)[: end - start]
        self._used_bytes = 0
        self._number = 0

    def check(self, number: int) -> None:
        """Refuse an image whose buffer was taken back."""
        if number != self._number:
            raise RuntimeError("the frame buffer of this image was taken back by snapshot")

    def compress(self, quality: int) -> int:
        """Have the frame compressed into the frame buffer: its length."""
        self.tell(b"JPEG", quality, _BUFFER_BYTES)
        self._answered(True)
        word, length, _ = struct.unpack(_ANSWER, self._answer)
        if word != b"JPEG" or length > _BUFFER_BYTES:
            raise RuntimeError("JPEG overflow!")
        view = memoryview(self._buffer)
        filled = 0
        while filled < length:
            filled += self._read(view[filled:length], True)
        self._used_bytes = length
        return length

    def view(self, length: int) -> bytearray:
        """The first bytes of the frame buffer, by reference and not by copy."""
        return uctypes.bytearray_at(uctypes.addressof(self._buffer), length)

    def sleep(self, enable: bool) -> None:
        """Stop the stream or let it run; a frame that was asked for and not taken is lost."""
        self.tell(b"STOP" if enable else b"WAKE")
        if self._asked:
            self._answered(True)
            self._asked = False
        self._take_back()
        self.asleep = enable


_sensor = None


def devices() -> list:
    """Chip ids of the sensors found."""
    return [PAG7936]


class CSI:
    """Camera sensor interface; every object of it is the board's one sensor."""

    def __init__(
        self, cid: int = -1, delays: bool = True, fflush: bool = True, stream: bool | None = None
    ) -> None:
        global _sensor
        if cid not in (-1, PAG7936):
            raise RuntimeError("Sensor isn't detected.")
        if _sensor is None:
            _sensor = _Sensor()

    def reset(self, hard: bool = True) -> None:
        """Bring the sensor to its defaults: awake, no format, the frame rate free."""
        _sensor.sleep(True)
        _sensor.pixformat = _sensor.width = _sensor.height = _sensor.rate_hz = 0
        _sensor.tell(b"RATE", 0)
        _sensor.sleep(False)

    def sleep(self, enable: bool) -> None:
        """Stop the stream, or let it run again."""
        _sensor.sleep(bool(enable))

    shutdown = sleep

    def snapshot(
        self, time: int = -1, frames: int = -1, blocking: bool = True, image: object = None
    ) -> Image | None:
        """The next frame, or None where none is ready; with `time` or `frames`, skip those."""
        if time == -1 and frames == -1:
            return _sensor.frame(blocking)
        start_ms = _ticks_ms()
        while frames != 0 and (time == -1 or _ticks_diff(_ticks_ms(), start_ms) <= time):
            _sensor.frame(True)
            frames = frames - 1 if frames > 0 else -1
        return None

    def width(self) -> int:
        """Pixels in a row."""
        return _sensor.width

    def height(self) -> int:
        """Rows."""
        return _sensor.height

    def cid(self) -> int:
        """The chip's id."""
        return PAG7936

    def pixformat(self, pixformat: int | None = None) -> int | None:
        """Read the pixel format, or set it; the N6's sensors do not compress by themselves."""
        if pixformat is None:
            return _sensor.pixformat
        if pixformat not in (GRAYSCALE, RGB565, BAYER, YUV422):
            raise RuntimeError("Pixel format is not supported.")
        _sensor.pixformat = pixformat
        return None

    def framesize(self, framesize: int | tuple | None = None) -> int | None:
        """Read the frame size, or set it by name or as (width, height)."""
        if framesize is None:
            return _sensor.framesize
        size = framesize if isinstance(framesize, tuple) else _SIZES.get(framesize)
        if size is None or not (0 < size[0] <= 1280 and 0 < size[1] <= 800) or size[0] % 8:
            raise RuntimeError("Frame size is not supported.")
        _sensor.framesize = framesize
        _sensor.width, _sensor.height = size
        _sensor.tell(b"SIZE", size[0], size[1])
        return None

    def framerate(self, rate: int | None = None) -> int | None:
        """Read the frame rate, or hold it at or below `rate`."""
        if rate is None:
            return _sensor.rate_hz
        _sensor.rate_hz = rate
        _sensor.tell(b"RATE", rate)
        return None

    def framebuffers(self, count: int | None = None) -> int | None:
        """Read or set the number of frame buffers: 4 and more queue what nobody fetched yet."""
        if count is None:
            return _sensor.framebuffers
        if not 1 <= count <= 32:
            raise RuntimeError("Failed to allocate frame buffers.")
        _sensor.framebuffers = count
        return None


_ticks_ms, _ticks_diff = time.ticks_ms, time.ticks_diff
