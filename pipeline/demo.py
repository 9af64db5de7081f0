"""The whole job against the demo press, once: what a newcomer sees first."""

from __future__ import annotations

import email
import email.policy
import shutil
from collections import Counter
from datetime import date, datetime, timedelta
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
from pipeline.register import acts
from pipeline.register.acts import Office, Opening
from pipeline.running import show
from pipeline.running.counts import Progress
from press import deadlines
from settings import Settings
from storage import Archive, coverage, open_archive
from storage.register.matters import Letter

READER = "canbo@example.vn"
EDITOR = "bientap@example.vn"
#: which usual department answers for a field
UNITS = {
    "environment": "Sở Nông nghiệp và Môi trường", "agriculture": "Sở Nông nghiệp và Môi trường", "health": "Sở Y tế",
    "infrastructure": "Sở Xây dựng", "economy": "Sở Công Thương", "law_order": "Công an", "accidents": "Công an",
    "education": "Sở Giáo dục và Đào tạo",
}  # fmt: skip


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
                if verb is publish:
                    matters(archive, settings, due)
                counts = verb(archive, settings, due, progress=progress)
                lines.append(counts.line())
            if len(catcher.messages) != 1:
                raise DiemBaoError(f"the catcher got {len(catcher.messages)} mails instead of one")
            html = _leave(out, catcher.messages[0].content)
            return "\n".join([*lines, "", *_told(archive, settings, due), "", *_next(out, html)])
        finally:
            archive.close()


def matters(archive: Archive, settings: Settings, due: datetime) -> None:
    """Open a matter of every state from the stories about the area, some late, some due soon."""
    with archive.read() as db:
        focused = coverage.articles.load_articles(
            db, [one.id for one in coverage.articles.articles(db) if one.relevance == "focus"]
        )
        told = coverage.stories.stories(db, ids=sorted({one.story for one in focused if one.story is not None}))
    bad = {one.story for one in focused if one.tone == -1}
    fields = {one.story: one.topics[0].id for one in focused if one.topics}
    stories = [one.id for one in sorted(told, key=lambda one: (one.id not in bad, -len(one.articles), one.id))]
    if not stories:
        return

    def unit(place: int) -> str:
        return UNITS.get(fields.get(stories[place % len(stories)], ""), "Văn phòng Ủy ban nhân dân")

    def desk(days: float) -> Office:
        return Office(archive, settings, EDITOR, due - timedelta(days=days))

    def opened(place: int, kind: str, days: float, received: float | None = None) -> str:
        now = desk(days)
        at = None if received is None else now.now - timedelta(days=received)
        wanted = Opening(kind, story=stories[place % len(stories)], received=at)
        return str(acts.open_matter(now, wanted)["number"])

    day = deadlines.local_day(due)
    late = opened(0, "feedback", 3, received=30)  # its fifteen working days are over
    acts.assign(desk(2.9), late, lead=unit(0), others=["Công an"], letter=_order(1, day))
    soon = opened(1, "press_request", 2, received=27)
    acts.assign(desk(1.9), soon, lead=unit(1), letter=_order(2, day), until=day + timedelta(days=2))
    acts.change(desk(1), soon, {"state": "in_progress"})
    opened(2, "ordered", 1)
    answered = opened(3, "major_event", 2, received=0.2)
    acts.answer(desk(1.5), answered, form="conference", to="họp báo tại trụ sở")
    done = opened(4, "press_question", 3, received=1)
    acts.assign(desk(2.5), done, lead=unit(4), letter=_order(3, day))
    acts.answer(desk(1), done, letter=Letter("answer", "5/TL", str(day)), to="báo đã hỏi")
    acts.close(desk(0.3), done, "Đã trả lời; báo đã đăng ý kiến trả lời")
    acts.pass_on(desk(0.5), opened(5, "feedback", 2, received=2), "Công an")
    acts.refuse(
        desk(0.5), opened(6, "press_question", 2, received=1), "Thuộc bí mật nhà nước, đã trả lời lý do bằng văn bản"
    )
    acts.merge(desk(0.4), opened(0, "ordered", 0.6), late)
    assigned = opened(7, "false_report", 1, received=1)
    acts.assign(desk(0.8), assigned, lead=unit(7), letter=_order(4, day), until=day + timedelta(days=20))


def _order(number: int, day: date) -> Letter:
    return Letter("order", f"{number}/UBND-VX", str(day - timedelta(days=2)))


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
        f"  .venv/bin/{command} matter list",
    ]
