"""Reports as they were made, and the office's own Word templates: what is kept here is never changed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, LargeBinary, delete, select, type_coerce

from errors import Conflict
from storage.tables.register import report_templates as templates
from storage.tables.register import reports as table
from storage.types import AnyRow

Kind = Literal["weekly", "annual"]
KINDS: tuple[Kind, ...] = ("weekly", "annual")


@dataclass(frozen=True, slots=True)
class Report:
    """One report; days are ISO, both included. `told` is the whole of it: figures, rows, what stands behind each."""

    id: int
    kind: Kind
    first: str
    last: str
    made_at: datetime
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """One Word template of the office, for an issuer."""

    id: int
    kind: Kind
    issuer: str
    added_at: datetime


def keep(db: Connection, area: str, kind: Kind, told: Mapping[str, Any], now: datetime) -> tuple[Report, bool]:
    """Keep a report, and say whether it is new: one that tells the same as the newest of its days is that one."""
    first, last = told["from"], told["to"]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    seal = hashlib.sha256(text.encode(errors="replace")).hexdigest()
    mine = (table.c.area == area, table.c.kind == kind, table.c.first == first, table.c.last == last)
    newest = db.execute(select(table).where(*mine).order_by(table.c.id.desc()).limit(1)).one_or_none()
    if newest is not None and newest.sha256 == seal:
        return _report(newest), False
    row = {"area": area, "kind": kind, "first": first, "last": last, "made_at": now, "sha256": seal}
    made = db.execute(table.insert().returning(table.c.id), row | {"told": text.encode(errors="replace")}).scalar_one()
    return get(db, area, int(made)), True


def get(db: Connection, area: str, report: int) -> Report:
    """Return a report; Conflict where there is none."""
    row = db.execute(select(table).where(table.c.area == area, table.c.id == report)).one_or_none()
    if row is None:
        raise Conflict(f"there is no report {report}")
    return _report(row)


def all_reports(db: Connection, area: str, limit: int = 100, before: int | None = None) -> list[Report]:
    """Return the newest reports, or those made before the one with an id; newest first."""
    query = select(table).where(table.c.area == area).order_by(table.c.id.desc()).limit(limit)
    query = query.where(table.c.id < before) if before is not None else query
    return [_report(row) for row in db.execute(query)]


def broken(db: Connection) -> list[int]:
    """Return the reports that do not tell any more what they told when they were made."""
    raw = type_coerce(table.c.told, LargeBinary).label("raw")
    rows = db.execute(select(table.c.id, table.c.sha256, raw).order_by(table.c.id))
    return [row.id for row in rows if not _sealed(row.raw, row.sha256)]


def _sealed(packed: bytes, seal: str) -> bool:
    try:
        return hashlib.sha256(zlib.decompress(packed)).hexdigest() == seal
    except zlib.error:  # damaged on the disk
        return False


def keep_template(db: Connection, area: str, kind: Kind, issuer: str, file: bytes, now: datetime) -> int:
    """Keep a template of an issuer, in place of any other of its kind; answers with its id."""
    mine = (templates.c.area == area, templates.c.kind == kind, templates.c.issuer == issuer)
    db.execute(delete(templates).where(*mine))
    row = {"area": area, "kind": kind, "issuer": issuer, "file": file, "added_at": now}
    return int(db.execute(templates.insert().returning(templates.c.id), row).scalar_one())


def drop_template(db: Connection, area: str, template: int) -> Template:
    """Take a template out; Conflict where there is none."""
    found = next((one for one in all_templates(db, area) if one.id == template), None)
    if found is None:
        raise Conflict(f"there is no template {template}")
    db.execute(delete(templates).where(templates.c.id == template))
    return found


def all_templates(db: Connection, area: str) -> list[Template]:
    """Return the templates of an office, without their files."""
    columns = (templates.c.id, templates.c.kind, templates.c.issuer, templates.c.added_at)
    rows = db.execute(select(*columns).where(templates.c.area == area).order_by(templates.c.kind, templates.c.issuer))
    return [Template(*row) for row in rows]


def template_file(db: Connection, area: str, template: int) -> bytes:
    """Return the bytes of a template; Conflict where there is none."""
    mine = (templates.c.area == area, templates.c.id == template)
    found = db.execute(select(templates.c.file).where(*mine)).scalar()
    if found is None:
        raise Conflict(f"there is no template {template}")
    return bytes(found)


def _report(row: AnyRow) -> Report:
    return Report(row.id, row.kind, row.first, row.last, row.made_at, json.loads(row.told))
