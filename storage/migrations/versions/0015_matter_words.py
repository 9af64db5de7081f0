"""The subject of a matter as it is looked for without marks."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BATCH = 1000


def upgrade() -> None:
    op.add_column("matters", sa.Column("subject_folded", sa.Text(), server_default=sa.text("('')"), nullable=False))
    table = sa.table("matters", sa.column("id"), sa.column("subject"), sa.column("subject_folded"))
    db, last = op.get_bind(), 0
    set_one = sa.update(table).where(table.c.id == sa.bindparam("which"))
    while rows := db.execute(
        sa.select(table.c.id, table.c.subject).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
    ).all():
        db.execute(set_one, [{"which": row.id, "subject_folded": _fold(row.subject)} for row in rows])
        last = rows[-1].id


def _fold(text: str) -> str:
    parted = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return unicodedata.normalize("NFC", "".join(sign for sign in parted if not unicodedata.combining(sign)))
