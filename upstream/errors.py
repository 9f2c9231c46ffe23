# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong in the evidence server, each with its code and its next step.

An error is answered to a peer as `{"error", "message", "next"}` (docs/link.md §5) or ends the
process with its exit code (0–4 of the command line). No message carries a key, or a person's
name or path.
"""

from __future__ import annotations

from typing import ClassVar


class UpstreamError(Exception):
    """The root of the tree; only its children are raised."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503
    exit_code: ClassVar[int] = 3
    next_step: ClassVar[str] = "Try again later."

    def __init__(self, message: str, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next = next_step or self.next_step


# What stops the server before it serves.


class ConfigError(UpstreamError):
    """The configuration is unreadable or wrong; the message names the key."""

    code = "bad-config"
    exit_code = 2
    next_step = "Correct this key; docs/operations.md lists all of them with their defaults."


class IdentityError(UpstreamError):
    """The server's keys, certificates or statements do not belong together."""

    code = "bad-identity"
    exit_code = 2
    next_step = "Make the server's identity again with `candour provision`, or restore its files."


class AddressBusyError(UpstreamError):
    """The address to listen on is not to be had."""

    code = "address-busy"
    next_step = "Stop what listens there, or choose another port; 0 takes a free one."


class DataInUseError(UpstreamError):
    """Another process holds the data folder."""

    code = "data-in-use"
    next_step = "Stop the other server; one data folder is served by one process."


class DataDamagedError(UpstreamError):
    """The log, the catalogue or the keyring contradicts itself."""

    code = "data-damaged"
    status = 500
    next_step = "Restore the data folder from its replica; keep the damaged one to be examined."


# What a request is refused with.


class BadRequestError(UpstreamError):
    """The request has not the form that docs/link.md §5 gives."""

    code = "bad-request"
    status = 400
    next_step = "Correct the request; the same again is refused again."


class LengthRequiredError(UpstreamError):
    """A segment came without Content-Length."""

    code = "length-required"
    status = 411
    next_step = "Send Content-Length."


class TooLargeError(UpstreamError):
    """The body is longer than the limit."""

    code = "too-large"
    status = 413
    next_step = "Nothing that is longer is taken; quarantine it."


class TooSlowError(UpstreamError):
    """The body did not come within its time."""

    code = "too-slow"
    status = 408
    next_step = "Try again when the network carries it faster."


class NoCertificateError(UpstreamError):
    """No client certificate was shown."""

    code = "not-authorised"
    status = 401
    next_step = "Show a certificate that the dock or staff intermediate issued."


class NotAuthorisedError(UpstreamError):
    """The client's role may not do this."""

    code = "not-authorised"
    status = 403
    next_step = "Use a certificate of the role that docs/link.md §5 names for this call."


class UnknownCameraError(UpstreamError):
    """The inventory has no certificate of this camera and epoch."""

    code = "unknown-camera"
    status = 404
    next_step = "Put the camera's certificate into the inventory, then try again."


class UnknownRecordingError(UpstreamError):
    """No such recording arrived."""

    code = "unknown-recording"
    status = 404
    next_step = "List what arrived with `GET /v1/recordings`."


class ConflictError(UpstreamError):
    """The same identity with other bytes; both are kept."""

    code = "conflict"
    status = 409
    next_step = "Quarantine it; a person must look at the camera and at both."


class OutOfOrderError(UpstreamError):
    """An earlier segment of the recording is not here yet."""

    code = "out-of-order"
    status = 409
    next_step = "Send the earlier segments first, then this one again."


class BusyError(UpstreamError):
    """All places for uploads are taken."""

    code = "busy"
    status = 429
    next_step = "Wait and try again."


class UnavailableError(UpstreamError):
    """The store cannot be relied on at the moment; nothing was acknowledged."""


class FullError(UpstreamError):
    """There is no room to store it; nothing was acknowledged and nothing lost."""

    code = "full"
    status = 507
    next_step = "Keep it and try again; the server's storage must be enlarged."


class BundleTooLargeError(UpstreamError):
    """The recording is longer than a bundle may be (docs/format.md §2)."""

    code = "bundle-too-large"
    status = 409
    next_step = "Open it instead; a bundle of an excerpt is not built yet."


class StoredDamageError(UpstreamError):
    """What is stored is not what was registered."""

    code = "stored-damage"
    status = 500
    next_step = "Restore the object from its replica; the registered digest says which is right."
