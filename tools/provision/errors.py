# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong when identities are made, each with its exit code and its next step."""

from __future__ import annotations

from typing import ClassVar


class ProvisionError(Exception):
    """The root of the tree; only its children are raised."""

    code: ClassVar[str] = "provision-failed"
    exit_code: ClassVar[int] = 3
    next_step: ClassVar[str] = "Try again."

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ExistsError(ProvisionError):
    """Identities are never overwritten."""

    code = "exists"
    exit_code = 2
    next_step = "Choose another folder, or remove this one if nothing was recorded under its keys."


class BadNameError(ProvisionError):
    """A name is not one that docs/format.md §2 allows."""

    code = "bad-name"
    exit_code = 2
    next_step = "Use 1 to 32 of A-Z a-z 0-9 . _ -"


class FilesError(ProvisionError):
    """The folder cannot be written."""

    code = "files"
    next_step = "Make room, or choose a folder that can be written."


class PortError(ProvisionError):
    """The camera's port cannot be opened, or went away."""

    code = "port"
    next_step = "Check the cable and that no dock daemon has the port open, then try again."


class SilentCameraError(ProvisionError):
    """Nothing that speaks the link answered in time."""

    code = "silent-camera"
    next_step = "Check that the camera is on and runs Candour's firmware; read its log."


class NotEmptyError(ProvisionError):
    """The camera has an identity already and keeps it."""

    code = "already-provisioned"
    next_step = "Reset the camera as docs/operations.md says; its old epoch ends with that."


class CameraProtocolError(ProvisionError):
    """The camera answered with something else than docs/link.md §6 says."""

    code = "camera-protocol"
    next_step = "Flash the firmware of this release, then try again; read the camera's log."


class SimulatorError(ProvisionError):
    """The simulated camera could not be run."""

    code = "simulator"
    next_step = "Run `make setup`; the simulator's own log says more."
