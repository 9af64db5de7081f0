"""The tables of people: who may use the archive, and what they did."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from storage.tables.columns import count, metadata, words
from storage.types import BigId, Json, Utc, Words

# Who may use the archive, see storage/people/accounts.py. Secrets are kept as digests only.
accounts = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Words, nullable=False),
    Column("email_key", Words, nullable=False, unique=True),  # case-folded: one person is one row
    words("name"),
    Column("role", String(8), nullable=False),
    Column("password", Words, nullable=False),  # argon2
    Column("language", String(2), nullable=False),
    Column("second_factor", Words),  # TOTP secret; NULL: not in use
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),  # may not log in any more; the row stays for the audit log
    count("failures"),  # wrong passwords in a row
    Column("locked_until", Utc),
    CheckConstraint("role IN ('reader', 'analyst', 'editor', 'admin')", name="role"),
    sqlite_autoincrement=True,
)

invitations = Table(
    "invitations",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the one-time link's secret
    Column("role", String(8), nullable=False),
    words("email"),  # "" = whoever holds the link says
    Column("account_id", BigId, ForeignKey("accounts.id")),  # an account whose password is to be set anew
    Column("created_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("used_at", Utc),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the cookie
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Index("ix_sessions_account", "account_id"),  # ending all of an account
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("ended_at", Utc),
    Index("ix_api_tokens_account", "account_id"),  # an account's tokens
    sqlite_autoincrement=True,
)

# Who read, searched, exported, corrected and logged in. Rows are only added: triggers refuse anything else, and each
# row's hash holds the one before it.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # without gaps
    Column("at", Utc, nullable=False),
    Column("who", Words, nullable=False),  # the account's address then, "" = nobody known
    Column("action", String(32), nullable=False),
    words("target"),
    Column("details", Json, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the row before and this one
    Index("ix_audit_who", "who", "id"),  # an account's acts
    Index("ix_audit_action", "action", "id"),  # acts of one kind
    Index("ix_audit_target", "target", "id"),  # what was done to a matter
)
