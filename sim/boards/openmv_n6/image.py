# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-in for OpenMV's `image`: a picture in the sensor's frame buffer.

An image is good until the next `snapshot`, which takes its buffer back: what still points there
then reads poison, and asking the image for anything more is an error here.
"""

from micropython import const

GRAYSCALE, RGB565, BAYER, YUV422, JPEG = 2, 3, 4, 5, 6
_SUBSAMPLING_AUTO = const(0)


class Image:
    """Made by `csi.CSI.snapshot` alone."""

    def __init__(self, sensor: object, number: int) -> None:
        self._sensor = sensor
        self._number = number
        self._format = sensor.pixformat
        self._size_bytes = 0

    def width(self) -> int:
        """Pixels in a row."""
        return self._sensor.width

    def height(self) -> int:
        """Rows."""
        return self._sensor.height

    def format(self) -> int:
        """`JPEG` once it was compressed, else what `pixformat` said."""
        return self._format

    def size(self) -> int:
        """Bytes in the frame buffer."""
        return self._size_bytes

    def to_jpeg(self, quality: int = 90, subsampling: int = _SUBSAMPLING_AUTO) -> "Image":
        """Compress in place, by the N6's hardware."""
        self._sensor.check(self._number)
        if not 1 <= quality <= 100:
            raise ValueError("quality is 1 to 100")
        if self._format != JPEG:
            self._size_bytes = self._sensor.compress(quality)
            self._format = JPEG
        return self

    def bytearray(self) -> bytearray:
        """The bytes where they lie: good until the next `snapshot`."""
        self._sensor.check(self._number)
        if self._format != JPEG:
            raise NotImplementedError("the room gives compressed pictures alone: to_jpeg first")
        return self._sensor.view(self._size_bytes)
