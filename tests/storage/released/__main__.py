"""Make the archive of the newest schema out of the one before: `python -m tests.storage.released` before a migration.

New tables come empty: put a row of every state into them by hand where that matters.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

import storage.migrate
from tests.storage.released import FOLDER, VERSIONS, _migrate, make


def main(version: str) -> None:
    """Write the dump of a version."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "archive.db"
        make(VERSIONS[-1], f"sqlite:///{file}")
        engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
        with engine.begin() as db:
            _migrate(db, version)
        with closing(sqlite3.connect(file)) as made:
            text = "\n".join(made.iterdump()) + "\n"
    (FOLDER / f"{version}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else storage.migrate.HEAD)
