# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The image sensor: a JPEG view a frame, without waiting for one.

`csi.CSI.snapshot(blocking=False)` gives None while no frame is finished, so that the loop goes on
flashing the light and reading buttons. With four frame buffers or more the driver queues what
nobody has fetched yet: eight hold 280 ms, so that a seal or a slow card costs no frame.
`to_jpeg` compresses in place in the frame buffer, by hardware on the N6. The view that `poll`
gives is good until the next `poll` or `stop`: the driver takes the buffer back.
"""

import csi
import pins
from micropython import const

_BUFFERS = const(8)


class Sensor:
    """Pictures of one size and rate; asleep until `start`."""

    width = pins.SENSOR_WIDTH
    height = pins.SENSOR_HEIGHT
    rate_mhz = pins.SENSOR_FPS * 1000

    def __init__(self) -> None:
        self._csi = csi.CSI()
        self._csi.reset()
        self._csi.pixformat(csi.RGB565)
        self._csi.framesize((self.width, self.height))
        self._csi.framerate(pins.SENSOR_FPS)
        self._csi.framebuffers(_BUFFERS)
        self._csi.sleep(True)

    def start(self) -> None:
        """Wake the sensor; frames come from now on."""
        self._csi.sleep(False)

    def poll(self) -> memoryview | None:
        """The next JPEG, or None where no frame is finished; RuntimeError where capture failed."""
        image = self._csi.snapshot(blocking=False)
        if image is None:
            return None
        return memoryview(image.to_jpeg(quality=pins.JPEG_QUALITY).bytearray())

    def stop(self) -> None:
        """Put the sensor to sleep; the last view is void."""
        self._csi.sleep(True)
