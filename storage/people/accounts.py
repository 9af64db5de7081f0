"""Who may use the archive: accounts, one-time links, sessions, API tokens. Secrets are kept as digests only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, func, select, update

from errors import Conflict, DiemBaoError
from storage.facts import raise_fact
from storage.tables.people import accounts as table
from storage.tables.people import api_tokens, invitations, sessions
from storage.types import AnyRow

Role = Literal["reader", "analyst", "editor", "admin"]
ROLES: Final[tuple[Role, ...]] = ("reader", "analyst", "editor", "admin")  #: each may do what those before it may
SCOPES: Final = ("read", "export", "correct", "subscribe", "admin")  #: what an API token may be given
SESSION: Final = timedelta(hours=12)  # a working day, renewed by use
SESSION_AT_MOST: Final = timedelta(days=7)
_TOUCH: Final = timedelta(minutes=5)  # a session's use is noted no more often than this
FREE_TRIES: Final = 5  # wrong passwords before the wait begins
_LOCK: Final = timedelta(seconds=30)  # the first wait; doubles with every further failure
_LOCK_AT_MOST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may log in; `ended_at` = may not any more."""

    id: int
    email: str
    name: str
    role: Role
    language: Literal["vi", "en"]
    password: str
    second_factor: str | None
    created_at: datetime
    ended_at: datetime | None
    locked_until: datetime | None

    def may(self, role: Role) -> bool:
        """Whether the account's role includes `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Invitation(NamedTuple):
    """A one-time link: makes an account, or (with `account`) sets its password anew."""

    role: Role
    email: str
    account: int | None
    ends_at: datetime


class Session(NamedTuple):
    """A browser that is logged in."""

    account: Account
    csrf: str


@dataclass(frozen=True, slots=True)
class Token:
    """A key of the API."""

    id: int
    account: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None
    ended_at: datetime | None


def digest(secret: str) -> str:
    """What is kept of a secret that is random and long: nothing can be guessed from it."""
    return hashlib.sha256(secret.encode()).hexdigest()


# -- accounts


def add_account(db: Connection, email: str, *, name: str, role: Role, password: str, now: datetime) -> Account:
    """Add an account; `password` is its argon2 hash. DiemBaoError where the address has one already."""
    if find_account(db, email) is not None:
        raise DiemBaoError(f"{email} has an account already")
    row = {"email": email.strip(), "email_key": _key(email), "name": name.strip(), "role": role}
    new = {**row, "password": password, "language": "vi", "created_at": now}
    return _account(db.execute(table.insert().returning(table), new).one())


def find_account(db: Connection, which: str | int) -> Account | None:
    """The account with this address or id, ended or not."""
    mine = table.c.email_key == _key(which) if isinstance(which, str) else table.c.id == which
    row = db.execute(select(table).where(mine)).one_or_none()
    return None if row is None else _account(row)


def all_accounts(db: Connection) -> list[Account]:
    """Every account there ever was, by address."""
    return [_account(row) for row in db.execute(select(table).order_by(table.c.email_key))]


def change_account(db: Connection, account: int, **values: object) -> None:
    """Change fields of an account: name, role, language, password, second_factor, ended_at.

    A new password or an end logs the account out everywhere. Conflict where no administrator would be left.
    """
    db.execute(update(table).where(table.c.id == account).values(values))
    if not values.keys() & {"role", "ended_at", "password"}:
        return
    admins = select(func.count()).where(table.c.role == "admin", table.c.ended_at.is_(None))
    if values.keys() & {"role", "ended_at"} and not db.execute(admins).scalar_one():
        raise Conflict("the last administrator must stay one: make another one first")
    if values.keys() & {"password", "ended_at"}:
        end_sessions(db, account)
    if values.get("ended_at"):
        db.execute(
            update(api_tokens)
            .where(api_tokens.c.account_id == account, api_tokens.c.ended_at.is_(None))
            .values(ended_at=values["ended_at"])
        )


def note_failure(db: Connection, account: int, now: datetime) -> datetime | None:
    """Count a wrong password; answers until when no further one is looked at, None while tries are free."""
    statement = update(table).where(table.c.id == account).values(failures=table.c.failures + 1)
    failures = int(db.execute(statement.returning(table.c.failures)).scalar_one())
    delay = wait(failures)
    if not delay:
        return None
    until: datetime = now + delay
    db.execute(update(table).where(table.c.id == account).values(locked_until=until))
    return until


def wait(failures: int, free: int = FREE_TRIES) -> timedelta:
    """How long nothing is looked at after so many wrong tries in a row; zero while tries are free."""
    return min(_LOCK * 2 ** min(failures - free, 16), _LOCK_AT_MOST) if failures >= free else timedelta()


def use_code(db: Connection, account: int, step: int) -> bool:
    """Use up the code of a second factor, by its number in time; False for one that is not newer than the last used."""
    return raise_fact(db, f"code:{account}", f"{step:012}")


def note_success(db: Connection, account: int) -> None:
    """Forget wrong passwords after a right one."""
    db.execute(update(table).where(table.c.id == account).values(failures=0, locked_until=None))


# -- one-time links


def invite(
    db: Connection, role: Role, now: datetime, *, email: str = "", account: int | None = None, days: int = 3
) -> str:
    """Make a one-time link's secret; it is shown once and only its digest is kept. Earlier links for the same end.

    Without an address it is the first administrator's, and good while there is no account.
    """
    end_invitations(db, email, now, account=account)
    secret = secrets.token_urlsafe(24)
    row = {"sha256": digest(secret), "role": role, "email": email.strip(), "account_id": account}
    db.execute(invitations.insert(), {**row, "created_at": now, "ends_at": now + timedelta(days=days)})
    return secret


def end_invitations(db: Connection, email: str, now: datetime, *, account: int | None = None) -> int:
    """End the open links of an account, or of an address that has none; how many there were."""
    free = (invitations.c.email == email.strip(), invitations.c.account_id.is_(None))
    mine = free if account is None else (invitations.c.account_id == account,)
    open_ = (invitations.c.used_at.is_(None), invitations.c.ends_at > now)
    return db.execute(update(invitations).where(*mine, *open_).values(used_at=now)).rowcount


def invitation(db: Connection, secret: str, now: datetime) -> Invitation | None:
    """What a link's secret is good for; None where it is unknown, used or out of date."""
    mine = (invitations.c.sha256 == digest(secret), invitations.c.used_at.is_(None), invitations.c.ends_at > now)
    row = db.execute(select(invitations).where(*mine)).one_or_none()
    if row is None or (not row.email and row.account_id is None and all_accounts(db)):
        return None
    return Invitation(row.role, row.email, row.account_id, row.ends_at)


def open_invitations(db: Connection, now: datetime) -> list[Invitation]:
    """The links to new accounts that somebody may still use, the newest first."""
    mine = (invitations.c.used_at.is_(None), invitations.c.ends_at > now, invitations.c.account_id.is_(None))
    query = select(invitations).where(*mine, invitations.c.email != "").order_by(invitations.c.created_at.desc())
    return [Invitation(row.role, row.email, None, row.ends_at) for row in db.execute(query)]


def use_invitation(db: Connection, secret: str, now: datetime) -> bool:
    """Use a link up; False where somebody else just did."""
    if invitation(db, secret, now) is None:
        return False
    mine = (invitations.c.sha256 == digest(secret), invitations.c.used_at.is_(None), invitations.c.ends_at > now)
    return db.execute(update(invitations).where(*mine).values(used_at=now)).rowcount == 1


# -- sessions


def open_session(db: Connection, account: int, now: datetime) -> str:
    """Start a session; answers with the cookie's secret. Sessions that are over are forgotten."""
    db.execute(sessions.delete().where(sessions.c.ends_at <= now))
    secret = secrets.token_urlsafe(32)
    row = {"sha256": digest(secret), "account_id": account, "csrf": secrets.token_urlsafe(32)}
    db.execute(sessions.insert(), {**row, "created_at": now, "seen_at": now, "ends_at": now + SESSION})
    return secret


def find_session(db: Connection, secret: str, now: datetime) -> tuple[Session, bool] | None:
    """The session of a cookie, and whether to note its use; None where it is unknown or over, or its account is."""
    mine = (sessions.c.sha256 == digest(secret), sessions.c.ends_at > now, table.c.ended_at.is_(None))
    columns = (table, sessions.c.csrf, sessions.c.seen_at)
    query = select(*columns).join_from(sessions, table, sessions.c.account_id == table.c.id).where(*mine)
    row = db.execute(query).one_or_none()
    return None if row is None else (Session(_account(row), row.csrf), now - row.seen_at > _TOUCH)


def touch_session(db: Connection, secret: str, now: datetime) -> None:
    """Note that a session is in use: it ends later, at most a week after it began."""
    mine = sessions.c.sha256 == digest(secret)
    began = db.execute(select(sessions.c.created_at).where(mine)).scalar()
    if began is not None:
        ends = min(now + SESSION, began + SESSION_AT_MOST)
        db.execute(update(sessions).where(mine).values(seen_at=now, ends_at=ends))


def end_session(db: Connection, secret: str) -> None:
    """Log a browser out."""
    db.execute(sessions.delete().where(sessions.c.sha256 == digest(secret)))


def end_sessions(db: Connection, account: int) -> None:
    """Log an account out everywhere."""
    db.execute(sessions.delete().where(sessions.c.account_id == account))


# -- API tokens


def add_token(db: Connection, account: int, name: str, scopes: Sequence[str], now: datetime) -> str:
    """Make a key of the API; it is shown once and only its digest is kept. DiemBaoError for an unknown scope."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes or not name.strip():
        raise DiemBaoError(f"a token needs a name and scopes out of {', '.join(SCOPES)}")
    secret = f"dbt_{secrets.token_urlsafe(32)}"
    row = {"account_id": account, "name": name.strip(), "sha256": digest(secret), "scopes": list(scopes)}
    db.execute(api_tokens.insert(), {**row, "created_at": now})
    return secret


def use_token(db: Connection, secret: str) -> tuple[Account, Token] | None:
    """The account and token of a key; None where it is unknown or ended, or the account is."""
    mine = (api_tokens.c.sha256 == digest(secret), api_tokens.c.ended_at.is_(None))
    row = db.execute(select(api_tokens).where(*mine)).one_or_none()
    if row is None:
        return None
    account = find_account(db, row.account_id)
    return None if account is None or account.ended_at is not None else (account, _token(row))


def tokens(db: Connection, account: int) -> list[Token]:
    """The keys of an account, newest first."""
    query = select(api_tokens).where(api_tokens.c.account_id == account).order_by(api_tokens.c.id.desc())
    return [_token(row) for row in db.execute(query)]


def end_token(db: Connection, account: int, token: int, now: datetime) -> bool:
    """End a key of this account; False where it has no such one."""
    mine = (api_tokens.c.id == token, api_tokens.c.account_id == account, api_tokens.c.ended_at.is_(None))
    return db.execute(update(api_tokens).where(*mine).values(ended_at=now)).rowcount == 1


def note_token(db: Connection, token: int, now: datetime) -> None:
    """Note when a key was last used."""
    db.execute(update(api_tokens).where(api_tokens.c.id == token).values(used_at=now))


def _key(email: str) -> str:
    return email.strip().casefold()


def _account(row: AnyRow) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        language=row.language,
        password=row.password,
        second_factor=row.second_factor,
        created_at=row.created_at,
        ended_at=row.ended_at,
        locked_until=row.locked_until,
    )


def _token(row: AnyRow) -> Token:
    return Token(row.id, row.account_id, row.name, tuple(row.scopes), row.created_at, row.used_at, row.ended_at)
