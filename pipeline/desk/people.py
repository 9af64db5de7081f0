"""Who may use the web archive, from the command line and at the first start: one-time links, ends, the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from errors import Conflict, DiemBaoError, StorageError
from settings import Settings
from storage import Archive
from storage.people import accounts, audit
from storage.people.accounts import Account, Role
from storage.people.audit import Act

TERMINAL = "terminal"  #: who acts in the audit log when it is the operator's command line
Row = dict[str, object]


class NobodyError(DiemBaoError):
    """There is no such account."""


def first_link(archive: Archive, settings: Settings, now: datetime) -> str:
    """Return a one-time link that makes the first administrator; "" where there is an account already."""
    with archive.begin() as db:
        if accounts.all_accounts(db):
            return ""
        secret = accounts.invite(db, "admin", now)
        audit.record(db, [Act(TERMINAL, "invited", "", {"role": "admin"})], now)
    return _link(settings, secret)


def invite(
    archive: Archive,
    settings: Settings,
    email: str,
    role: Role,
    now: datetime,
    who: str = TERMINAL,
    *,
    new: bool = False,
) -> str:
    """Return a one-time link for somebody: a new account, or where there is one a new password.

    `new`: only for a new account, Conflict where there is one.
    """
    with archive.begin() as db:
        account = accounts.find_account(db, email)
        if new and account is not None:
            raise Conflict(f"{email} has an account already")
        secret = accounts.invite(
            db, account.role if account else role, now, email=email, account=account.id if account else None
        )
        action = "account reset" if account else "invited"
        audit.record(db, [Act(who, action, email, {"role": role})], now)
    return _link(settings, secret)


def reset(archive: Archive, settings: Settings, number: int, now: datetime, who: str) -> tuple[Account, str]:
    """Return an account and a one-time link that sets its password anew."""
    with archive.begin() as db:
        account = _account(archive, accounts.find_account(db, number), number)
        secret = accounts.invite(db, account.role, now, account=number)
        audit.record(db, [Act(who, "account reset", account.email)], now)
    return account, _link(settings, secret)


def change(
    archive: Archive, which: str | int, now: datetime, who: str = TERMINAL, *, role: Role | None = None,
    ended: bool | None = None,
) -> Account:  # fmt: skip
    """Give an account another role, end it (logged out everywhere, its keys ended) or reopen it.

    NobodyError for an unknown one, Conflict where no administrator would be left.
    """
    values: dict[str, object] = {} if role is None else {"role": role}
    values |= {} if ended is None else {"ended_at": now if ended else None}
    with archive.begin() as db:
        account = _account(archive, accounts.find_account(db, which), which)
        acts = [] if role is None else [Act(who, "account role", account.email, {"role": role})]
        acts += [] if ended is None else [Act(who, "account end" if ended else "account reopen", account.email)]
        audit.record(db, acts, now)
        if values:
            accounts.change_account(db, account.id, **values)
        return _account(archive, accounts.find_account(db, account.id), which)


def withdraw(archive: Archive, email: str, now: datetime, who: str = TERMINAL) -> bool:
    """End the open invitation of an address that has no account yet; whether there was one."""
    with archive.begin() as db:
        if not email.strip() or not accounts.end_invitations(db, email, now):
            return False
        audit.record(db, [Act(who, "invitation ended", email.strip())], now)
    return True


def note(archive: Archive, action: str, target: str, details: Row, now: datetime) -> None:
    """Write to the audit log what is done at the terminal."""
    with archive.begin() as db:
        audit.record(db, [Act(TERMINAL, action, target, details)], now)


def rows(archive: Archive) -> Iterator[Row]:
    """Give every account, without its secrets."""
    with archive.read() as db:
        yield from map(row, accounts.all_accounts(db))


def row(account: Account) -> Row:
    """Return an account without its secrets."""
    shown = asdict(account)
    del shown["password"]
    return shown | {"second_factor": account.second_factor is not None}


def log(archive: Archive, who: str, action: str, limit: int) -> Iterator[Row]:
    """Give the audit log, newest first."""
    with archive.read() as db:
        for entry in audit.entries(db, who=who, action=action, limit=limit):
            yield asdict(entry)


def verify(archive: Archive) -> int:
    """Return how many entries the audit log has; StorageError says where its chain is broken."""
    with archive.read() as db:
        fault = audit.broken(db)
        if fault is not None:
            raise StorageError(
                f"the audit log is broken: {fault[1]}; compare it with a backup (`diembao backup`) from before"
            )
        return audit.count(db)


def _account(archive: Archive, found: Account | None, which: str | int) -> Account:
    if found is None:
        raise NobodyError(f"{which} has no account in {archive.name}; `diembao account list` lists them")
    return found


def _link(settings: Settings, secret: str) -> str:
    return f"{settings.web.public_url}/start?token={secret}"
