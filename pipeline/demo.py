"""The whole job against the demo press, once: what a newcomer sees first."""

from __future__ import annotations

import email
import email.policy
import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import settings as settings_module
from demo.catcher import Catcher
from demo.press import Press
from demo.truth.truth import anchor_before
from errors import DiemBaoError
from pipeline.analyse import analyse
from pipeline.collect import collect
from pipeline.desk import readers
from pipeline.group import group
from pipeline.publish import publish
from pipeline.running import show
from pipeline.running.counts import Progress
from settings import Settings
from storage import Archive, coverage, open_archive

READER = "canbo@example.vn"


def run(out: Path, now: datetime, progress: Progress) -> str:
    """Serve the press, run the four verbs, catch the mail, leave it in `out`; returns what happened, in a few lines.

    The demo acts at the last 06:45 in Vietnam before `now`, when its digest is due.
    """
    due = anchor_before(now)
    _clear(out)
    with Press(due) as press, Catcher() as catcher:
        file = out / "settings.toml"
        file.write_text(press.settings_text(out / "archive.db", mail_port=catcher.port), encoding="utf-8")
        settings = settings_module.load(file)
        archive = open_archive(settings.storage.url)
        try:
            wishes = readers.Wishes("", "06:45", "daily", (), (), "vi")
            readers.subscribe(archive, settings, READER, wishes, due - timedelta(minutes=1))
            lines = []
            for verb in (collect, analyse, group, publish):
                counts = verb(archive, settings, due, progress=progress)
                lines.append(counts.line())
            if len(catcher.messages) != 1:
                raise DiemBaoError(f"the catcher got {len(catcher.messages)} mails instead of one")
            html = _leave(out, catcher.messages[0].content)
            return "\n".join([*lines, "", *_told(archive, settings, due), "", *_next(out, html)])
        finally:
            archive.close()


def _clear(out: Path) -> None:
    """Make `out` an empty folder; a folder that holds anything but an earlier demo is left alone."""
    if out.exists() and any(out.iterdir()) and not (out / "settings.toml").exists():
        raise DiemBaoError(f"{out} exists and is no earlier demo: move it away, or run the demo in another folder")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


def _leave(out: Path, content: bytes) -> Path:
    (out / "digest.eml").write_bytes(content)
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("html",))
    html = out / "digest.html"
    html.write_text(part.get_content() if part is not None else "", encoding="utf-8")
    return html


def _told(archive: Archive, settings: Settings, now: datetime) -> list[str]:
    with archive.read() as db:
        articles = coverage.articles.articles(db)
    outlets = Counter(article.outlet for article in articles)
    relevant = Counter(article.outlet for article in articles if article.relevance in ("focus", "mention"))
    names = {outlet.slug: outlet.name for outlet in settings.outlets}
    lines = ["Articles per outlet (about the area):"]
    lines += [f"  {names[slug]:<26} {count:>4} ({relevant[slug]})" for slug, count in outlets.most_common()]
    stories = list(show.stories(archive))
    several = len([story for story in stories if len(story["articles"]) > 1])  # type: ignore[arg-type]
    lines.append(f"Stories: {len(stories)}, {several} of them told by several articles")
    return lines


def _next(out: Path, html: Path) -> list[str]:
    message = email.message_from_bytes((out / "digest.eml").read_bytes(), policy=email.policy.default)
    plain = message.get_body(("plain",))
    text = plain.get_content() if plain is not None else ""
    read = next((line for line in text.splitlines() if line.startswith("Đã đọc")), "")
    command = f"diembao --settings {out.name}/settings.toml"
    return [
        f"Digest:   {message['Subject']}",
        f"          {out / 'digest.eml'}",
        f"          {html}",
        f"Coverage: {read}",
        "",
        "Next:",
        f"  xdg-open {out.name}/digest.html",
        f"  .venv/bin/{command} articles",
        f"  .venv/bin/{command} quarantine",
    ]
