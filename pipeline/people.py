"""Who may use the web archive, from the command line and at the first start: one-time links, ends, the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from errors import DiemBaoError, StorageError
from settings import Settings
from storage import Archive, accounts, audit
from storage.accounts import Account, Role
from storage.audit import Act

TERMINAL = "terminal"  #: who acts in the audit log when it is the operator's command line
Row = dict[str, object]


def first_link(archive: Archive, settings: Settings, now: datetime) -> str:
    """Return a one-time link that makes the first administrator; "" where there is an account already."""
    with archive.begin() as db:
        if accounts.all_accounts(db):
            return ""
        secret = accounts.invite(db, "admin", now)
        audit.record(db, [Act(TERMINAL, "invited", "", {"role": "admin"})], now)
    return _link(settings, secret)


def invite(archive: Archive, settings: Settings, email: str, role: Role, now: datetime) -> str:
    """Return a one-time link for somebody: a new account, or where there is one a new password."""
    with archive.begin() as db:
        account = accounts.find_account(db, email)
        secret = accounts.invite(
            db, account.role if account else role, now, email=email, account=account.id if account else None
        )
        action = "account reset" if account else "invited"
        audit.record(db, [Act(TERMINAL, action, email, {"role": role})], now)
    return _link(settings, secret)


def end(archive: Archive, email: str, now: datetime) -> None:
    """End an account: logged out everywhere, its keys ended. DiemBaoError for an unknown one."""
    with archive.begin() as db:
        account = _account(archive, accounts.find_account(db, email), email)
        accounts.change_account(db, account.id, ended_at=now)
        audit.record(db, [Act(TERMINAL, "account end", account.email)], now)


def note(archive: Archive, action: str, target: str, details: Row, now: datetime) -> None:
    """Write to the audit log what is done at the terminal."""
    with archive.begin() as db:
        audit.record(db, [Act(TERMINAL, action, target, details)], now)


def rows(archive: Archive) -> Iterator[Row]:
    """Give every account, without its secrets."""
    with archive.read() as db:
        for account in accounts.all_accounts(db):
            row = asdict(account)
            del row["password"]
            yield row | {"second_factor": account.second_factor is not None}


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


def _account(archive: Archive, found: Account | None, email: str) -> Account:
    if found is None:
        raise DiemBaoError(f"{email} has no account in {archive.name}; `diembao account list` lists them")
    return found


def _link(settings: Settings, secret: str) -> str:
    return f"{settings.web.public_url}/start?token={secret}"
