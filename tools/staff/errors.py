# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong when staff ask the evidence server, each with exit code and next step."""

from __future__ import annotations

from typing import ClassVar


class StaffError(Exception):
    """The root of the tree; only its children are raised."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 3
    next_step: ClassVar[str] = "Try again."

    def __init__(
        self, message: str, next_step: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next = next_step or self.next_step
        self.said = code or self.code


class StaffConfigError(StaffError):
    """staff.toml is unreadable or wrong; the message names the key."""

    code = "bad-config"
    exit_code = 2
    next_step = "Correct the file; docs/operations.md lists its settings."


class WhichRecordingError(StaffError):
    """The recording that was named is none, or more than one."""

    code = "which-recording"
    exit_code = 2
    next_step = "Name it by `latest`, or by enough of the beginning of its id."


class OutputError(StaffError):
    """What was asked for cannot be written where it should go."""

    code = "output"
    exit_code = 2
    next_step = "Choose another place; nothing that exists is overwritten."


class FilesError(StaffError):
    """A file could not be written."""

    code = "files"
    next_step = "Make room, then try again; nothing half-written was left."


class UnreachableError(StaffError):
    """The server does not answer, or broke off."""

    code = "unreachable"
    next_step = "Check the server's address, its certificate and that it runs; then try again."


class RefusedError(StaffError):
    """The server refused; its own code, message and next step are passed on."""

    code = "refused"


class EvidenceRefusedError(StaffError):
    """The server found that the evidence does not stand."""

    code = "evidence-refused"
    exit_code = 1


class BrokenAnswerError(StaffError):
    """The server's answer has not the form of docs/link.md §5."""

    code = "broken-answer"
    next_step = "Use the command of the server's own release."
