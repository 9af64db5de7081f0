"""The register of matters: matters, units, their coverage and letters, the office's rules and days, the press log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "press_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("struck_at", AT, nullable=True),
        sa.CheckConstraint("kind IN ('conference', 'giao_ban')", name=op.f("ck_press_log_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_press_log_day", "press_log", ["area", "day"], unique=False)
    op.create_table(
        "register_days",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'working', 'normal')", name=op.f("ck_register_days_kind")),
        sa.PrimaryKeyConstraint("area", "day", name=op.f("pk_register_days")),
    )
    op.create_table(
        "register_rules",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area", "code", "valid_from", name=op.f("pk_register_rules")),
    )
    op.create_table(
        "register_years",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area", "year", name=op.f("pk_register_years")),
    )
    op.create_table(
        "units",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("email", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.Column("successor", ID, nullable=True),
        sa.CheckConstraint("kind IN ('department', 'commune', 'vertical', 'other')", name=op.f("ck_units_kind")),
        sa.ForeignKeyConstraint(["successor"], ["units.id"], name=op.f("fk_units_successor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("area", "name", "valid_from", name=op.f("uq_units_area_name_valid_from")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "matters",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("received_at", AT, nullable=True),
        sa.Column("until", AT, nullable=True),
        sa.Column("due_at", AT, nullable=True),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answer_letter", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("answer_date", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("answer_form", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("answer_to", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("outlet_after", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("outlet_after_on", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("result", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("ground", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("passed_to", ID, nullable=True),
        sa.Column("merged_into", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'assigned', 'in_progress', 'answered', 'done', 'passed_on', 'refused', 'merged')",
            name=op.f("ck_matters_state"),
        ),
        sa.ForeignKeyConstraint(["merged_into"], ["matters.id"], name=op.f("fk_matters_merged_into")),
        sa.ForeignKeyConstraint(["passed_to"], ["units.id"], name=op.f("fk_matters_passed_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("area", "year", "number", name=op.f("uq_matters_area_year_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_matters_due", "matters", ["area", "state", "due_at"], unique=False)
    op.create_index("ix_matters_merged", "matters", ["merged_into"], unique=False)
    op.create_index("ix_matters_opened", "matters", ["area", "opened_at"], unique=False)
    op.create_table(
        "matter_articles",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_matter_articles_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_articles_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", "article_id", name=op.f("pk_matter_articles")),
    )
    op.create_index("ix_matter_articles_article", "matter_articles", ["article_id"], unique=False)
    op.create_table(
        "matter_letters",
        sa.Column("id", ID, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("date", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("received", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("link", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_letters_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_letters")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_matter_letters_matter", "matter_letters", ["matter_id"], unique=False)
    op.create_table(
        "matter_stories",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_stories_matter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_matter_stories_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", "story_id", name=op.f("pk_matter_stories")),
    )
    op.create_index("ix_matter_stories_story", "matter_stories", ["story_id"], unique=False)
    op.create_table(
        "matter_units",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_units_matter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_matter_units_unit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("matter_id", "unit_id", name=op.f("pk_matter_units")),
    )
    op.create_index("ix_matter_units_unit", "matter_units", ["unit_id"], unique=False)
    op.create_index("ix_audit_target", "audit", ["target", "id"], unique=False)
