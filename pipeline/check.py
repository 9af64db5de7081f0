"""Is everything usable? One finding a thing, with how to mend it. Looks and asks, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from digest.send import probe
from errors import DiemBaoError
from pipeline import outlets as chosen_outlets
from pipeline.mail import server_of
from settings import Settings
from storage import open_archive


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and how to mend it where it is not usable."""

    what: str
    ok: bool
    found: str
    mend: str = ""


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Look at settings, storage, area, models, outlets, mail server and operator, in the order they are needed."""
    looks: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("settings", lambda: _settings(settings), "set [crawl] contact in settings.toml (docs/settings.md)"),
        ("storage", lambda: _storage(settings), "set [storage] url to a place this user may write"),
        ("area", lambda: _area(settings), "set [area] province to a province in use today or abolished"),
        ("models", lambda: _models(settings), "take analysis/models/ from the release again, or run `diembao train`"),
        ("outlets", lambda: _outlets(settings), "mend [crawl] outlets or the [[outlet]] rows in settings.toml"),
        ("mail", lambda: _mail(settings), "mend [mail] in settings.toml, then try `diembao mail-test EMAIL`"),
    )
    for what, look, mend in looks:
        try:
            yield Finding(what, True, look())
        except (DiemBaoError, ValueError) as error:
            yield Finding(what, False, str(error), mend)
    if settings.operator.email:
        yield Finding("operator", True, f"told at {settings.operator.email}")
    else:
        yield Finding("operator", True, "nobody is told when something is wrong", "set [operator] email")


def _settings(settings: Settings) -> str:
    return f"{settings.file or 'defaults'}; introduces itself as {settings.user_agent}"


def _storage(settings: Settings) -> str:
    archive = open_archive(settings.storage.url)
    try:
        with archive.read() as db:
            from storage.articles import count

            return f"{archive.name}: {count(db)} articles"
    finally:
        archive.close()


def _area(settings: Settings) -> str:
    from analysis.gazetteer import load_gazetteer

    area = load_gazetteer().area(settings.area.province)
    return f"{area.name}: {len(area.units)} units, old and new"


def _models(settings: Settings) -> str:
    from analysis import Tagger

    judgement = Tagger(settings.area.province).judge("Sạt lở bờ sông", "Sạt lở cuốn trôi một đoạn đê trong đêm.")
    return judgement.model


def _outlets(settings: Settings) -> str:
    in_use = chosen_outlets.in_use(settings)
    every = chosen_outlets.known(settings)
    unread = sum(1 for outlet in every.values() if outlet.disabled)
    if not in_use:
        raise DiemBaoError("no outlet is in use")
    return (
        f"{len(in_use)} in use, {len(chosen_outlets.feeds_of(in_use))} lists; {unread} never read, each with a reason"
    )


def _mail(settings: Settings) -> str:
    probe(server_of(settings))
    return f"{settings.mail.host}:{settings.mail.port} ({settings.mail.security}) answers"
