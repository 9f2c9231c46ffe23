# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""Names that firmware may use in annotations without importing them.

MicroPython's compiler drops annotations unread, but for viper's machine types. `typing` and
`collections.abc` do not exist there.
"""

from collections.abc import Callable as Callable
from collections.abc import Generator as Generator
from collections.abc import Iterable as Iterable
from collections.abc import Iterator as Iterator
from typing import Any as Any

class uint(int): ...

# A pointer takes any buffer, and gives and takes machine words.
ptr8 = Any
ptr16 = Any
ptr32 = Any
