# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""The lines before TLS (docs/link.md §1).

The port may hold the rest of a session that was cut, so whatever is not an expected line is
dropped, and the buffers are two lines long whatever arrives.
"""

from micropython import const

_LINE_BYTES = const(64)
_NOISE_BYTES = const(4096)
_SESSION_DIGITS = const(16)
_HELLO = b"CANDOUR1 HELLO "
_START = b"CANDOUR1 START "


def _session_of(line: bytes, word: bytes) -> bytes | None:
    """The session that a line names, or None where it is not that word's line."""
    if not line.startswith(word) or len(line) != len(word) + _SESSION_DIGITS:
        return None
    session = line[len(word) :]
    for digit in session:
        if digit not in b"0123456789abcdef":
            return None
    return session


class Preamble:
    """Answers HELLO; done when START names the last session that was answered."""

    def __init__(self, answer: bytes):
        self._answer = b"CANDOUR1 " + answer + b" "
        self._one = bytearray(1)
        self._line = bytearray(_LINE_BYTES)
        self.reset()

    def reset(self) -> None:
        """Forget whatever has come: a session begins anew."""
        self._held = 0
        self._noise = 0
        self._session = None
        self._out = b""
        self.started = False

    def step(self, stream) -> bool:
        """Read at most one line's length and answer; True where something moved.

        A byte at a time: what stands behind START belongs to whoever reads next.
        """
        if self._out:
            return self._flush(stream)
        for count in range(_LINE_BYTES):
            if not stream.readinto(self._one):
                return count > 0
            self._take(self._one[0])
            if self.started:
                break
        if self._out:
            self._flush(stream)
        return True

    def _flush(self, stream) -> bool:
        count = stream.write(self._out)
        if not count:
            return False
        self._out = self._out[count:]
        return True

    def _take(self, byte: int) -> None:
        self._noise += 1
        if byte == 10:
            self._end_line()
        elif self._held < _LINE_BYTES:
            self._line[self._held] = byte
            self._held += 1
        if self._noise >= _NOISE_BYTES:
            self._noise = 0
            self._held = 0
            self._session = None

    def _end_line(self) -> None:
        line = bytes(self._line[: self._held])
        self._held = 0
        session = _session_of(line, _HELLO)
        if session is not None:
            self._session = session
            self._noise = 0
            # The last HELLO alone counts: an answer that has not begun to go out is dropped.
            self._out = self._answer + session + b"\n"
        elif self._session is not None and _session_of(line, _START) == self._session:
            self.started = True
