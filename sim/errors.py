# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in a room; each class's docstring is its message, with a next step.

All are trouble with files, devices or processes: exit code 3 (DESIGN §11).
"""

from __future__ import annotations

from typing import ClassVar


class SimError(Exception):
    """The room failed: {0}."""

    exit_code: ClassVar[int] = 3
    next_step: ClassVar[str] = "See the camera's log, DIR/camera.log."

    def __str__(self) -> str:
        return (self.__doc__ or "").rstrip(".").format(*self.args)


class NoRoomError(SimError):
    """No camera is running in {0}."""

    next_step = "Start one with 'candour sim run --dir DIR', or name its folder with --dir."


class RoomTakenError(SimError):
    """A camera is running in {0} already."""

    next_step = "Quit it (q, or Ctrl-C in its terminal), or choose another folder with --dir."


class RoomSilentError(SimError):
    """The camera in {0} did not answer within {1} s."""

    next_step = "Look at its terminal and at DIR/camera.log."


class RefusedError(SimError):
    """The camera's room refused: {0}."""

    next_step = "'candour sim state' shows what the camera is doing."


class NoInterpreterError(SimError):
    """There is no {0}-bit MicroPython at {1}."""

    next_step = "Run 'make setup', or name one in the environment variable CANDOUR_MICROPYTHON."


class NoFirmwareError(SimError):
    """There is no firmware to run: {0} is missing."""

    next_step = "Run from a checkout; 'make setup' generates the pins of a board."


class BadSceneError(SimError):
    """{0} gives no pictures: {1}."""

    next_step = "Give a film that OpenCV reads, or --scene synthetic."


class BadImageError(SimError):
    """The image {0} can't be used: {1}."""

    next_step = "Name another file, or move it away for a blank one to be made."


class TooLateError(SimError):
    """{0} did not happen within {1} s."""


class CameraDeadError(SimError):
    """The camera's firmware ended with exit code {0}; its last line: {1}."""
