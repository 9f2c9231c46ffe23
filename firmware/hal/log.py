# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Lines for a developer, on the console (UART), never on USB: that is the link.

Lines carry states and codes; never a key, a name of a person or footage.
"""

import sys


def line(*words: object) -> None:
    """Write the words as one line."""
    sys.stderr.write(" ".join([str(word) for word in words]) + "\n")
