# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Why no film could be made."""


class MediaError(Exception):
    """No film can be made of these frames: {what}."""

    code = "no-film"
    exit_code = 1
    next_step = "Look at the frames that `candour open` writes."

    def __init__(self, what: str) -> None:
        super().__init__((type(self).__doc__ or "{what}").format(what=what))
