# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N818  (each class is named as what it says)
"""What can go wrong in a dock, as a tree: each error has a code, a next step and an exit code.

LinkError: the bay rests and tries again. EvidenceError (of `evidence`): quarantine, never
acknowledge. UpstreamError: keep and try again, or quarantine where the class says so. No message
carries a key or a person's name.
"""

from typing import ClassVar


class DockError(Exception):
    """{what}"""

    code: ClassVar[str] = "fault"
    next_step: ClassVar[str] = ""
    exit_code: ClassVar[int] = 3

    def __init__(self, what: str = "") -> None:
        self.what = what
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The class's docstring with its blank filled in."""
        return (type(self).__doc__ or "{what}").format(what=self.what)


class ConfigError(DockError):
    """The dock's configuration is wrong: {what}"""

    code = "bad-config"
    next_step = "Correct it and start again; docs/operations.md lists the settings."
    exit_code = 2


# What a bay meets.


class LinkError(DockError):
    """The link ended: {what}"""

    code = "link"
    next_step = "The dock tries again by itself; if it stays so, seat the camera anew."


class PortGone(LinkError):
    """The port is not there or went away: {what}"""

    code = "port-gone"


class PortBusy(LinkError):
    """Another program holds the port: {what}"""

    code = "port-busy"
    next_step = "Stop the other program: a modem manager, a terminal or a second dock."


class Silent(LinkError):
    """Nothing came where an answer was due: {what}"""

    code = "silent"


class NotACamera(LinkError):
    """What is on the port does not speak as a camera: {what}"""

    code = "not-a-camera"
    next_step = "Look what is plugged into this bay; a camera of other firmware also says this."


class NotProvisioned(LinkError):
    """The camera has no identity yet."""

    code = "not-provisioned"
    next_step = "Provision it: candour provision --help."


class TlsRefused(LinkError):
    """The secure channel was refused: {what}"""

    code = "tls-refused"
    next_step = "Check that this camera and this dock belong to one force (camera-ca.pem)."


class ProtocolError(LinkError):
    """The camera broke the protocol: {what}"""

    code = "protocol"
    next_step = "The dock tries again by itself; report the camera if it stays so."


class Untrusted(LinkError):
    """The camera is not one of this force: {what}"""

    code = "untrusted"
    next_step = "Check the dock's anchor, and that the camera was provisioned by this force."


class CameraElsewhere(LinkError):
    """Another bay serves a camera with this identity."""

    code = "camera-elsewhere"
    next_step = "If there is no second one, report it: the camera's identity may have been copied."


class CameraRefused(LinkError):
    """The camera did not obey an order: {what}"""

    code = "order-refused"
    next_step = "Report it to the fleet team; what the receipt names is safe upstream."


class CameraSaidBye(LinkError):
    """The camera ended the session: {what}"""

    code = "bye"


# What the spool meets.


class SpoolError(DockError):
    """The spool can't be used: {what}"""

    code = "spool"
    next_step = "Check the disk and its permissions; nothing was acknowledged."


class SpoolBusy(SpoolError):
    """Another dock works in this spool: {what}"""

    code = "spool-busy"
    next_step = "Stop the other dock, or give this one a spool of its own."


class SpoolFull(SpoolError):
    """The spool is full: {what}"""

    code = "spool-full"
    next_step = "Restore the way upstream, or free or add disk; pulling goes on by itself then."


class SpoolFault(SpoolError):
    """The disk failed: {what}"""

    code = "spool-fault"
    next_step = "Replace the disk; what was not yet durable is pulled from the camera again."


# What upstream answers.


class UpstreamError(DockError):
    """Upstream did not take it: {what}"""

    code = "upstream"
    next_step = "The dock keeps it and tries again by itself."
    quarantine: ClassVar[bool] = False


class Unreachable(UpstreamError):
    """Upstream can't be reached: {what}"""

    code = "unreachable"
    next_step = "Check the network and upstream_url; the dock tries again by itself."


class Unavailable(UpstreamError):
    """Upstream can't take it now: {what}"""

    code = "unavailable"


class NotAuthorised(UpstreamError):
    """Upstream does not accept this dock: {what}"""

    code = "not-authorised"
    next_step = "Renew the dock's client certificate; the dock tries again by itself."


class Unknown(UpstreamError):
    """Upstream does not know the camera: {what}"""

    code = "unknown-camera"
    next_step = "Add the camera's certificate to upstream's inventory."


class OutOfOrder(UpstreamError):
    """Upstream lacks an earlier segment of this recording: {what}"""

    code = "out-of-order"
    next_step = "It goes on when the earlier one has arrived; look for it in quarantine."


class FalseReceipt(UpstreamError):
    """Upstream's receipt is not one for these bytes: {what}"""

    code = "false-receipt"
    next_step = "Check upstream's service key against service.cose; nothing is acknowledged."


class Rejected(UpstreamError):
    """Upstream refuses these bytes: {what}"""

    code = "rejected"
    next_step = "See the quarantine; the camera keeps its copy."
    quarantine = True


class Conflict(Rejected):
    """Upstream holds other bytes under the same identity: {what}"""

    code = "conflict"
