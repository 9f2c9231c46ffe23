# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle in one zip file: what `zipfile` writes and reads, in one form, to the last bit."""

import io
import zipfile

import pytest

from evidence.archive import Archive, write_archive
from evidence.bundle import verify_bundle
from evidence.errors import EvidenceError
from tests import counting
from tests.evidence.writer import Camera, Force, Writer

FORCE, CAMERA = Force(), Camera()
WRITER = Writer(CAMERA)
FILES = FORCE.bundle(CAMERA, {WRITER.recording_id: WRITER.segments(count=1, groups=1, frames=1)})
GOOD = b"".join(write_archive(sorted(FILES.items())))


def read(data: bytes) -> dict[str, bytes]:
    archive = Archive(lambda offset, count: data[offset : offset + count], len(data))
    return {path: archive.read(path) for path in archive.sizes()}


def _zipped(method: int = zipfile.ZIP_STORED, order: int = 1, **changes: object) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for path, data in sorted(FILES.items())[::order]:
            member = zipfile.ZipInfo(path)
            for name, value in changes.items():
                setattr(member, name, value)
            archive.writestr(member, data, method)
    return sink.getvalue()


def test_it_is_what_zipfile_writes_and_reads() -> None:
    assert _zipped() == GOOD
    assert read(GOOD) == FILES
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert verify_bundle(read(GOOD), FORCE.anchor()).anchored


def test_every_flipped_bit_is_refused() -> None:
    def check(bit: int) -> None:
        flipped = bytearray(GOOD)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EvidenceError):
            read(bytes(flipped))

    counting.each("evidence: flipped bits of an archive", range(8 * len(GOOD)), check)


def test_every_cut_and_what_stands_around_it_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(EvidenceError):
            read(GOOD[:length])
    for data in (GOOD + b"\0", b"\0" + GOOD, b"PK\5\6" + bytes(17), b"", b"no zip at all" * 9):
        with pytest.raises(EvidenceError):
            read(data)


@pytest.mark.parametrize(
    "data",
    [
        _zipped(zipfile.ZIP_DEFLATED),
        _zipped(order=-1),
        _zipped(date_time=(2026, 1, 1, 0, 0, 0)),
        _zipped(comment=b"x"),
        _zipped(extra=b"\1\0\0\0"),
        _zipped(external_attr=0o777 << 16),
        _zipped(create_system=0),
    ],
    ids=["deflated", "order", "date", "comment", "extra", "mode", "system"],
)
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        read(data)


def test_a_bomb_of_claims_allocates_nothing() -> None:
    end = b"PK\5\6" + bytes(4) + b"\xff\xff" * 2 + b"\xff" * 8 + bytes(2)
    with pytest.raises(EvidenceError, match="bundle-too-large"):
        read(end)


def test_the_writer_wants_rising_paths() -> None:
    with pytest.raises(ValueError, match="rise"):
        list(write_archive([("b", b""), ("a", b"")]))
