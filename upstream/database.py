# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""One SQLite file behind one connection, which this process alone holds.

A transaction that returned is durable (WAL, synchronous=FULL); one that raised left nothing. One
connection in exclusive locking mode, since SQLite before 3.51.3 can lose a transaction when two
connections write and checkpoint a WAL at once. A connection whose I/O failed is not used again.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, MetaData, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from upstream.errors import DataDamagedError, DataInUseError, FullError, UnavailableError

_PRAGMAS = (
    "locking_mode=EXCLUSIVE",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """A database file and its tables."""

    def __init__(self, path: Path, tables: MetaData, rules: tuple[str, ...] = ()) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._lock = threading.RLock()
        self._engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": 0},
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        with self.transaction() as connection:
            tables.create_all(connection)
            for rule in rules:
                connection.exec_driver_sql(rule)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is durable when the block has been left, or wholly undone."""
        with self._lock:
            try:
                with self._engine.begin() as connection:
                    yield connection
            except DBAPIError as error:
                with suppress(SQLAlchemyError):
                    self._engine.dispose()
                raise _named(error) from error

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._engine.dispose()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _named(error: DBAPIError) -> Exception:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return FullError("The server's storage is full.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DataInUseError("Another process holds the data folder.")
    if code in _DAMAGED:
        return DataDamagedError("A database of the data folder is damaged.")
    return UnavailableError("The server's database failed.")
