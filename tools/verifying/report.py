# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Says what a verification found, in plain words or as JSON: what was proven and what was not.

The words claim no more than evidence.trust checked. Times are the camera's own claim.
"""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from evidence.bundle import Verdict
from evidence.errors import EvidenceError
from evidence.limits import UNCERTAINTY_UNKNOWN_US
from evidence.recording import VerifiedRecording
from evidence.seal import COVERT, MUTED, RECOVERED
from evidence.verified import VerifiedChunk

VERIFIED, REFUSED, UNANCHORED = 0, 1, 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FLAGS = {
    RECOVERED: "its end was sealed after a power cut",
    MUTED: "sound was muted in it",
    COVERT: "it was recorded covertly",
}
_PROVEN = (
    "Every byte is the one that the camera's evidence key sealed.",
    "Nothing is missing, added, doubled or moved from each recording's beginning to its end.",
    "The service signed a receipt for exactly these bytes, and this list of files.",
)
_ANCHORED = "The force's root, which the anchor names, certified that camera and that service."
_NOT_ANCHORED = "Who made it: no anchor was given, so all keys may be anyone's."
_NOT_PROVEN = (
    "That the scene was true: a camera can be pointed at a stage or a screen.",
    "That the clock was right: times are the camera's, with the uncertainty that it states.",
    "That light and beeper worked: these figures are what firmware of that digest measured.",
    "That a camera ran the firmware whose digest it states, or what that firmware does.",
    "What else the camera recorded: other recordings and gaps are not part of this bundle.",
)


def proven(verdict: Verdict) -> list[str]:
    """What holds, one sentence each."""
    return [*_PROVEN, *([_ANCHORED] if verdict.anchored else [])]


def not_proven(verdict: Verdict) -> list[str]:
    """What nobody may conclude from it, one sentence each."""
    return [*([] if verdict.anchored else [_NOT_ANCHORED]), *_NOT_PROVEN]


def words(verdict: Verdict) -> str:
    """The verdict for people."""
    first = (
        f"VERIFIED against the anchor of force {verdict.root.force}."
        if verdict.anchored
        else "CONSISTENT, but checked against no anchor."
    )
    files = f"{len(verdict.manifest.files) + 1} files, {verdict.length:,} bytes and a manifest."
    lines = [first, files]
    for recording in verdict.recordings:
        lines += ["", *_recording_words(recording)]
    lines += ["", "Proven:", *(f"  + {line}" for line in proven(verdict))]
    lines += ["", "Not proven:", *(f"  - {line}" for line in not_proven(verdict))]
    return "\n".join(lines)


def refusal_words(error: EvidenceError) -> str:
    """The refusal for people: what, where, what to do."""
    return "\n".join(
        (
            f"REFUSED: {error.code}",
            f"  what   {error.message}",
            f"  where  {error.place}",
            f"  next   {error.next_step}",
        )
    )


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for scripts."""
    return {
        "verdict": "verified" if verdict.anchored else "consistent",
        "exit": VERIFIED if verdict.anchored else UNANCHORED,
        "force": verdict.root.force,
        "root": verdict.root.public_key.hex(),
        "camera": verdict.camera.camera,
        "epoch": verdict.camera.epoch,
        "files": len(verdict.manifest.files) + 1,
        "bytes": verdict.length,
        "recordings": [_recording_json(recording) for recording in verdict.recordings],
        "proven": proven(verdict),
        "not_proven": not_proven(verdict),
    }


def refusal_json(error: EvidenceError) -> dict[str, Any]:
    """The refusal for scripts."""
    return {
        "verdict": "refused",
        "exit": REFUSED,
        "error": {
            "code": error.code,
            "message": error.message,
            "place": asdict(error.place),
            "next": error.next_step,
        },
    }


def _recording_words(recording: VerifiedRecording) -> list[str]:
    header, totals = recording.header, recording.totals
    seconds, lit = totals.recording_ms / 1000, totals.light_ms / 1000
    lines = [
        f"Recording {header.number} of camera {header.camera} (epoch {header.epoch})",
        f"  id         {header.recording_id.hex()}",
        f"  holds      {_many(totals.pictures, 'picture')}, {_many(totals.events, 'event')}; "
        f"{_many(totals.segments, 'segment')}, {_many(totals.groups, 'group')}, "
        f"{_many(totals.length, 'byte')}",
        f"  begins     {_time(recording.first)}",
        f"  ends       {_time(recording.last)}",
        f"  indicator  light, which flashes, seen on for {lit:.1f} of {seconds:.1f} s; "
        f"beeps heard: {totals.beeps_heard} of {totals.beeps_sounded} sounded",
        f"  dropped    {_many(totals.dropped_frames, 'frame')}",
        f"  firmware   {header.firmware_digest.hex()}",
    ]
    return lines + [f"  note       {note}" for note in _notes(totals.flags)]


def _recording_json(recording: VerifiedRecording) -> dict[str, Any]:
    header, totals = recording.header, recording.totals
    return {
        "id": header.recording_id.hex(),
        "number": header.number,
        "boot": header.boot,
        "firmware": header.firmware_digest.hex(),
        **{name: value for name, value in asdict(totals).items() if name != "flags"},
        "recovered": bool(totals.flags & RECOVERED),
        "muted": bool(totals.flags & MUTED),
        "covert": bool(totals.flags & COVERT),
        "first_utc_us": recording.first.utc_us if recording.first else None,
        "last_utc_us": recording.last.utc_us if recording.last else None,
    }


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _notes(flags: int) -> list[str]:
    return [note for flag, note in _FLAGS.items() if flags & flag]


def _time(chunk: VerifiedChunk | None) -> str:
    if chunk is None:
        return "nothing was recorded"
    try:
        when = (_EPOCH + timedelta(microseconds=chunk.utc_us)).isoformat(" ", "milliseconds")
    except OverflowError:
        when = f"{chunk.utc_us} us since 1970"
    if chunk.uncertainty_us == UNCERTAINTY_UNKNOWN_US:
        return f"{when} by a clock of unknown error"
    return f"{when} ± {chunk.uncertainty_us / 1e6:.3f} s"
