"""The tables of the register: matters that the press raised, units that answer, rules and days of the office.

Every row carries its area. No column has a place for a person: who did what is in the audit log, as accounts.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables.columns import count, metadata, words
from storage.types import BigId, Json, Packed, Utc, Words

units = Table(
    "units",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("version", Integer, nullable=False),  # goes up with each change: whoever saw an older one is told
    Column("name", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    words("code"),  # of the gazetteer, where it is a commune
    words("email"),  # of the office, never of a person
    Column("valid_from", String(10), nullable=False),  # a day, "" = not known
    Column("valid_to", String(10), nullable=False),  # the last day, "" = while it exists
    Column("successor", BigId, ForeignKey("units.id")),  # what it was merged into
    CheckConstraint("kind IN ('department', 'commune', 'vertical', 'other')", name="kind"),
    UniqueConstraint("area", "name", "valid_from"),
    sqlite_autoincrement=True,
)

matters = Table(
    "matters",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # in its year
    Column("version", Integer, nullable=False),  # goes up with each change: whoever saw an older one is told
    Column("subject", Words, nullable=False),
    words("subject_folded"),  # as it is looked for without marks
    Column("kind", String(32), nullable=False),  # a rule's code
    Column("field", String(32), nullable=False),  # a topic, "" = not said
    Column("places", Json, nullable=False),  # names
    Column("state", String(16), nullable=False),
    Column("received_at", Utc),  # the instant that starts the law's clock, as an official stated it
    Column("until", Utc),  # what the letter that gave it to a unit says
    Column(
        "due_at", Utc
    ),  # the earlier of the law's deadline and the letter's: follows rules and days when they change
    Column("opened_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("ended_at", Utc),  # done, passed on, refused or merged since: what a weekly list tells
    Column("answered_at", Utc),
    words("answer_letter"),
    words("answer_date"),
    words("answer_form"),
    words("answer_to"),  # where it was sent or said: an office, an outlet, a portal
    words("outlet_after"),  # what the outlet did then
    words("outlet_after_on"),
    words("result"),
    words("ground"),  # why it was refused
    Column("passed_to", BigId, ForeignKey("units.id")),
    Column("merged_into", BigId, ForeignKey("matters.id")),
    CheckConstraint(
        "state IN ('new', 'assigned', 'in_progress', 'answered', 'done', 'passed_on', 'refused', 'merged')",
        name="state",
    ),
    UniqueConstraint("area", "year", "number"),
    Index("ix_matters_due", "area", "state", "due_at"),  # what is overdue and due soon
    Index("ix_matters_opened", "area", "opened_at"),  # the list, newest first; matters of a period
    Index("ix_matters_merged", "merged_into"),  # what was merged into a matter
    sqlite_autoincrement=True,
)

matter_units = Table(
    "matter_units",
    metadata,
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", BigId, ForeignKey("units.id", ondelete="CASCADE"), primary_key=True),
    Column("area", Words, nullable=False),
    Column("lead", Boolean, nullable=False),  # else it co-operates
    Index("ix_matter_units_unit", "unit_id"),  # matters of a unit
)

# What joins such a story later is coverage of the matter as well; a merged story leads on.
matter_stories = Table(
    "matter_stories",
    metadata,
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", BigId, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("area", Words, nullable=False),
    Index("ix_matter_stories_story", "story_id"),  # matters of a story
)

# Every article that ever was its coverage: a story that is split later takes none away.
matter_articles = Table(
    "matter_articles",
    metadata,
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("area", Words, nullable=False),
    Column("added_at", Utc, nullable=False),
    Index("ix_matter_articles_article", "article_id"),  # matters of an article
)

matter_letters = Table(
    "matter_letters",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), nullable=False),
    Column("area", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    words("number"),
    words("date"),  # a day, "" = without
    words("received"),  # a day
    words("link"),  # where the office keeps it
    Index("ix_matter_letters_matter", "matter_id"),  # letters of a matter
    sqlite_autoincrement=True,
)

# The office's own rules: each replaces the shipped one of its code and beginning, or is one more.
register_rules = Table(
    "register_rules",
    metadata,
    Column("area", Words, primary_key=True),
    Column("code", String(32), primary_key=True),
    Column("valid_from", String(10), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),  # the shipped one does not hold here
    Column("row", Json, nullable=False),  # press.deadlines.Rule
)

# The office's own days: each replaces the shipped one of its date, or is one more.
register_days = Table(
    "register_days",
    metadata,
    Column("area", Words, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", Words, nullable=False),
    Column("source", Words, nullable=False),
    CheckConstraint("kind IN ('off', 'working', 'normal')", name="kind"),
)

# Years whose days the office confirmed to be whole.
register_years = Table(
    "register_years",
    metadata,
    Column("area", Words, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("source", Words, nullable=False),
)

# Press conferences, and times the agency informed at a giao ban of its own accord.
press_log = Table(
    "press_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("day", String(10), nullable=False),
    Column("subject", Words, nullable=False),
    words("form"),
    Column("struck_at", Utc),  # entered by mistake; the row stays
    CheckConstraint("kind IN ('conference', 'giao_ban')", name="kind"),
    Index("ix_press_log_day", "area", "day"),  # entries of a period
    sqlite_autoincrement=True,
)

# Reports as they were made: what they say does not change when matters do.
reports = Table(
    "reports",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("first", String(10), nullable=False),  # days of the period, both included
    Column("last", String(10), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("sha256", String(64), nullable=False),  # of what is told but for when: the same twice is one report
    Column("told", Packed, nullable=False),  # JSON: every figure with the numbers and rules behind it
    CheckConstraint("kind IN ('weekly', 'annual')", name="kind"),
    Index("ix_reports_area", "area", "id"),  # reports, newest first
    sqlite_autoincrement=True,
)

# The office's own Word templates, one an issuer and kind of report.
report_templates = Table(
    "report_templates",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("issuer", Words, nullable=False),
    Column("added_at", Utc, nullable=False),
    Column("file", Packed, nullable=False),
    CheckConstraint("kind IN ('weekly', 'annual')", name="kind"),
    UniqueConstraint("area", "kind", "issuer"),
    sqlite_autoincrement=True,
)

# Mails that remind of matters: kept before they go out, like the alerts of saved searches.
reminders = Table(
    "reminders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("area", Words, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("recipient", Words, nullable=False),  # of an office, or of an account
    Column("subject", Words, nullable=False),
    Column("message", Packed, nullable=False),
    Column("sending_at", Utc),  # committed before the message goes out: from then on it is never sent again
    Column("sent_at", Utc),
    count("attempts"),
    Column("next_try", Utc),  # NULL: not to be sent (again)
    words("error"),
    Index("ix_reminders_waiting", "next_try"),
    sqlite_autoincrement=True,
)

# What was reminded of, to whom: a row for ever, so that nothing is told twice.
reminded = Table(
    "reminded",
    metadata,
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("recipient", Words, primary_key=True),
    Column("due", String(32), primary_key=True),  # the deadline it was about, "" = none: another one is told anew
    Column("area", Words, nullable=False),
    Column("reminder_id", BigId, ForeignKey("reminders.id", ondelete="CASCADE"), nullable=False),
    CheckConstraint("kind IN ('assigned', 'soon', 'today', 'overdue')", name="kind"),
    Index("ix_reminded_reminder", "reminder_id"),  # what a mail told
)

# Letters as files, which may name complainants: for editors only, in no index, export or mail.
matter_files = Table(
    "matter_files",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("matter_id", BigId, ForeignKey("matters.id", ondelete="CASCADE"), nullable=False),
    Column("area", Words, nullable=False),
    Column("letter", String(16), nullable=False),  # what kind of letter it is; its own name may name a person
    Column("type", String(8), nullable=False),  # told from the bytes
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_at", Utc, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_matter_files_matter", "matter_id"),  # files of a matter
    sqlite_autoincrement=True,
)
