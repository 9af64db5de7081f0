"""Is everything usable? One finding a thing, with how to mend it. Nothing is made: what is not there yet is said."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from digest.sending.send import probe
from errors import DiemBaoError
from pipeline.running import disk, models, search
from pipeline.running import outlets as chosen_outlets
from pipeline.running.mail import server_of
from pipeline.upkeep import backup
from press import Outlet
from press.urls import host
from settings import Area, Settings
from storage import open_archive


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and how to mend it where it is not usable."""

    what: str
    ok: bool
    found: str
    mend: str = ""


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Look at settings, storage, disk, area, models, outlets, mail server, web, backups and operator, in this order."""
    looks: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("settings", lambda: _settings(settings), "set [crawl] contact in settings.toml (docs/settings.md)"),
        ("storage", lambda: _storage(settings), "set [storage] url to a place this user may write"),
        (
            "data",
            lambda: _data(settings),
            "let the service's user write there, or set [storage] data to another folder",
        ),
        (
            "disk",
            lambda: _disk(settings),
            "make room; `diembao retention --dry-run` says what could go",
        ),
        (
            "area",
            lambda: _area(settings),
            "mend [area] in settings.toml: a province of today or before, a file of landmarks",
        ),
        ("models", lambda: _models(settings), "take analysis/models/ from the release again, or run `diembao train`"),
        ("outlets", lambda: _outlets(settings), "mend [crawl] outlets or the [[outlet]] rows in settings.toml"),
        ("mail", lambda: _mail(settings), "mend [mail] in settings.toml, then try `diembao mail-test EMAIL`"),
    )
    for what, look, mend in looks:
        try:
            yield Finding(what, True, look())
        except (DiemBaoError, ValueError) as error:
            yield Finding(what, False, str(error), mend)
    yield from _advice(settings)
    yield _backups(settings, now)
    if settings.operator.email:
        yield Finding("operator", True, f"told at {settings.operator.email}")
    else:
        yield Finding("operator", True, "nobody is told when something is wrong", "set [operator] email")


def _advice(settings: Settings) -> Iterator[Finding]:
    """Say what works but cannot be meant: addresses of the examples in mails that go out to readers."""
    if host(settings.web.public_url) in {"127.0.0.1", "localhost"}:
        words = f"links in mails lead to {settings.web.public_url}, which is each reader's own machine"
        yield Finding("web", True, words, "set [web] public_url to the address readers reach this service by")
    if "@example." in settings.mail.sender:
        yield Finding("sender", True, f"mails come from {settings.mail.sender}", "set [mail] from to your own address")


def _backups(settings: Settings, now: datetime) -> Finding:
    if not settings.storage.backup_dir:
        return Finding("backups", True, "no nightly backup", "set [storage] backup_dir to a folder on another disk")
    last = backup.newest(settings)
    if last is None:
        return Finding("backups", True, f"none yet in {settings.storage.backup_dir}", "`diembao backup` makes one now")
    days = (now - datetime.fromtimestamp(last.stat().st_mtime, UTC)).days
    words = "look for `nightly` in the log of `diembao serve`, or make one now: `diembao backup`" if days > 1 else ""
    return Finding("backups", days <= 1, f"{last}, {days} days old", words)


def _settings(settings: Settings) -> str:
    if settings.file is None:
        raise DiemBaoError(
            "there is no settings.toml here; what follows is about the defaults: go to its folder, or name it"
        )
    return f"{settings.file or 'defaults'}; introduces itself as {settings.user_agent}"


def _storage(settings: Settings) -> str:
    if not _there(settings):
        return f"{settings.archive_file}: no archive yet, the first run makes it"
    archive = open_archive(settings.storage.url)
    try:
        with archive.read() as db:
            from storage.coverage.articles import count

            return f"{archive.name}: {count(db)} articles"
    finally:
        archive.close()


def _there(settings: Settings) -> bool:
    return settings.archive_file is None or settings.archive_file.exists()


def _data(settings: Settings) -> str:
    """Write where the service will write, as this user; what a folder has not yet, its place must let be made."""
    file, home = settings.archive_file, settings.data_folder
    folders = [home, search.folder(settings), models.folder(settings), *([file.parent] if file else [])]
    for folder in dict.fromkeys(folders):
        there = next(one for one in (folder, *folder.parents) if one.is_dir())
        if folder is home or folder.is_dir():
            _try(there)
    owner = next(one for one in (home, *home.parents) if one.is_dir()).stat().st_uid
    if os.geteuid() == 0 != owner:
        name = f"#{owner}"
        with suppress(KeyError):
            name = pwd.getpwuid(owner).pw_name
        return (
            f"{home}; tried as root, the folder is {name}'s: `sudo -u {name} diembao check` tells what the service may"
        )
    return f"{home}: this user may write there"


def _try(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"diembao")
    except OSError as error:
        raise DiemBaoError(f"{folder}: this user may not write there ({error.strerror})") from error


def _disk(settings: Settings) -> str:
    if not _there(settings):
        return "no archive yet"
    archive = open_archive(settings.storage.url)
    try:
        room = disk.room(archive, settings)
    finally:
        archive.close()
    if room is None:
        return "the database server looks after its own"
    if room.short:
        raise DiemBaoError(f"nothing is collected: {room.words}")
    return room.words


def _area(settings: Settings) -> str:
    from analysis.places.gazetteer import load_gazetteer
    from pipeline.running import land

    area = land.area(settings.area)
    more = len(area.gazetteer.units) - len(load_gazetteer().units)
    own = f"; {more} landmarks more from {settings.area.landmarks}" if settings.area.landmarks else ""
    return f"{area.name}: {len(area.units)} units, old and new{own}"


def _models(settings: Settings) -> str:
    from analysis import Asked, Tagger

    asked: Asked = "off" if settings.analysis.net == "off" else "all"
    tagger = Tagger(Area().province, models.in_use(settings), net=asked)  # the area is looked at by itself
    ids = tagger.judge("Sạt lở bờ sông", "Sạt lở cuốn trôi một đoạn đê trong đêm.").model
    alone = f"; the linear models judge alone: {tagger.no_net}" if tagger.no_net else ""
    return f"{models.current(settings)}: {ids}{alone}"


def _outlets(settings: Settings) -> str:
    in_use = chosen_outlets.in_use(settings)
    every = chosen_outlets.known(settings)
    unread = sum(1 for outlet in every.values() if outlet.disabled)
    if not in_use:
        raise DiemBaoError("no outlet is in use")
    for outlet in in_use:
        _readable(outlet)
    return (
        f"{len(in_use)} in use, {len(chosen_outlets.feeds_of(in_use))} lists; {unread} never read, each with a reason"
    )


def _readable(outlet: Outlet) -> None:
    """Raise DiemBaoError for an outlet that can never be read as its row stands."""
    if not chosen_outlets.feeds_of([outlet]):
        raise DiemBaoError(f"{outlet.slug} has no feeds, sections or sitemaps: it would never be read")
    selectors = {key: getattr(outlet, key) for key in ("title", "lead", "body", "date", "drop")}
    selectors |= {f"links of {section.url}": section.links for section in outlet.sections}
    for key, selector in selectors.items():
        try:
            LexborHTMLParser("<p></p>").css(selector or "p")
        except SelectolaxError:
            raise DiemBaoError(f"{outlet.slug}: {key} = {selector!r} is no CSS selector") from None


def _mail(settings: Settings) -> str:
    probe(server_of(settings))
    return f"{settings.mail.host}:{settings.mail.port} ({settings.mail.security}) answers"
