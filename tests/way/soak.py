"""An accelerated soak: days of collections in minutes, with faults, kills and clocks that jump, and then the account.

`python -m tests.way.soak --days 30 --seed N` (`make soak`) is the long form, tests/way/test_soak.py runs a short one.
The first half of the time is lived by commands of their own that may be killed, the second by one long-lived process.
The demo press goes on publishing meanwhile, serves dirt (demo/serving/dirt.py) and keeps the truth; the mail server
counts what it took.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.pages.site import LISTED
from demo.press import Press
from press.urls import canonical
from tests.support.forked import CONTEXT
from tests.support.killing import Kill, ended, start, strike
from tests.support.wholeway import ANCHOR, HOUR, House, MailServer, agree

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = 24 * HOUR
PER_DAY = 6  # collections
FAULTS = 0.08  # of the requests to the press
READERS = {
    "hangngay@example.vn": (),
    "ngaylam@example.vn": ("--days", "mon-fri"),
    "moitruong@example.vn": ("--topics", "environment"),
}
VERBS = ("run", "run", "run", "collect", "analyse", "group", "publish", "publish")
STORMS = ("error", "reset", "busy", "cut")
STAGES = ("connect", "rcpt", "data", "body", "quit")
LONGEST = 600.0  # seconds of a command that waits for busy servers while the machine has other work
QUIET = (7 * HOUR, 14 * HOUR, 38 * HOUR, 100 * HOUR)  # after the last day, without faults: all retries and re-readings


@dataclass
class Moody:
    """A mail server that refuses, breaks off and kills its client now and then."""

    chance: random.Random
    calm: bool = False
    doomed: BaseProcess | None = None  #: the client to kill, at `stage`
    stage: str = ""
    moods: Counter[str] = field(default_factory=Counter)

    def __call__(self, stage: str, said: str) -> str | None:
        doomed = self.doomed
        if doomed is not None and stage == self.stage:
            self.doomed = None
            strike(doomed)
            self.moods[f"client killed at {stage}"] += 1
            return None
        mood = self.chance.random()
        answer = agree(stage, said)
        if self.calm or mood > 0.08:
            return answer
        kinds = {
            "connect": ("421 busy", None),
            "rcpt": ("451 greylisted", "550 no such user"),
            "data": ("451 not now", None),
            "body": ("452 disk full", "554 refused", None, None),
        }
        if stage in kinds:
            answer = self.chance.choice(kinds[stage])
            self.moods[f"{stage}: {answer or 'broken off'}"] += 1
        return answer


@dataclass
class Life:
    """What the soak remembers of the office while it lives."""

    house: House
    press: Press
    mail: MailServer
    mood: Moody
    chance: random.Random
    open_when_killed: set[int] = field(default_factory=set)  #: editions that a kill caught between mark and record
    kills: int = 0
    commands: int = 0
    dirt: Mapping[str, int] = field(default_factory=dict)  #: how often the press served each kind
    memory: list[tuple[float, int]] = field(default_factory=list)  #: MB and open files of the resident, cycle by cycle

    # The first half: commands that may be killed

    def command(self, now: datetime) -> None:
        """Let the office act at `now`, perhaps killed on the way, and perhaps only in part; the first command dies."""
        if not self.commands:
            self._die("run", now, Kill(2, False, "crawl"))
        verb = self.chance.choice(VERBS)
        if self.chance.random() < 0.5:
            self._killed(verb, now)
            if self.chance.random() < 0.4:
                return  # nobody looks before the next time
        self._whole("run", now)

    def _killed(self, verb: str, now: datetime) -> None:
        how = self.chance.choice(["clock", "commit", "mail"])
        kill = Kill()
        if how == "commit":
            crawls = verb in ("collect", "run") and self.chance.random() < 0.5
            kill = Kill(self.chance.randint(1, 8), self.chance.random() < 0.5, "crawl" if crawls else "command")
        self._die(verb, now, kill, how)

    def _die(self, verb: str, now: datetime, kill: Kill, how: str = "commit") -> None:
        process = self._start(verb, now, kill)
        if how == "mail":
            self.mood.stage, self.mood.doomed = self.chance.choice(STAGES), process
        elif how == "clock":
            process.join(self.chance.uniform(0, 1.0 if verb in ("publish", "group") else 6.0))
            process.kill()
        end = ended(process, self.house.folder, LONGEST)
        self.mood.doomed = None
        if end.killed:
            self.kills += 1
            began = "SELECT id FROM editions WHERE state = 'claimed' AND sending_started_at IS NOT NULL"
            self.open_when_killed |= {row[0] for row in self.house.sql(began)} if self.house.archive.exists() else set()

    def _whole(self, verb: str, now: datetime) -> None:
        end = ended(self._start(verb, now), self.house.folder, LONGEST)
        # 1: the mail server took nothing at all, which is said and tried again
        assert end.code == 0 or (end.code == 1 and "nothing is lost" in end.said), end.said

    def _start(self, verb: str, now: datetime, kill: Kill | None = None) -> BaseProcess:
        self.commands += 1
        return start(self.house.arguments((verb,), now), self.house.folder, kill or Kill())

    # The second half: one process for all the days

    def reside(self, moments: Iterator[datetime]) -> None:
        """Have one process do all that is due, moment by moment, and note what it weighs."""
        ours, theirs = CONTEXT.Pipe()
        process = CONTEXT.Process(target=_resident, args=(theirs, self.house.settings))
        process.start()
        theirs.close()
        for now in moments:
            ours.send(now)
            self.memory.append(ours.recv())
            self.commands += 1
        ours.close()
        process.join(30)
        assert process.exitcode == 0


def _resident(pipe: Pipe, file: Path) -> None:
    """What `serve` does at each tick, with the instant told instead of the clock's."""
    import settings as settings_module
    from errors import DiemBaoError
    from pipeline.analyse import analyse
    from pipeline.collect import collect
    from pipeline.group import group
    from pipeline.publish import publish
    from storage import open_archive

    settings = settings_module.load(file)
    with closing(open_archive(settings.storage.url)) as archive:
        while True:
            try:
                now = pipe.recv()
            except EOFError:
                return
            for verb in (collect, analyse, group, publish):
                try:
                    verb(archive, settings, now)
                except DiemBaoError as error:
                    if "nothing is lost" not in str(error):
                        raise
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            pipe.send((pages * os.sysconf("SC_PAGE_SIZE") / 2**20, len(list(Path("/proc/self/fd").iterdir()))))


def moments(begin: datetime, end: datetime, per_day: int, chance: random.Random, press: Press) -> Iterator[datetime]:
    """Give the instants at which the office acts; the press publishes by the true time.

    Now and then the office's clock is an hour behind or ahead, once it is a day ahead, and once it sleeps a whole day.
    """
    each = DAY / per_day
    count = round((end - begin) / each)
    long = count >= 3 * per_day
    asleep = range(count // 3, count // 3 + per_day) if long else range(0)
    day_ahead = count // 2 if long else -1
    for number in range(count):
        true = begin + number * each
        if number in asleep:
            continue
        press.until(true)
        wrong = chance.choice([-HOUR, HOUR]) if chance.random() < 0.1 and number % per_day else timedelta()
        yield true + (DAY if number == day_ahead else wrong)


def soak(folder: Path, days: int, seed: int, per_day: int = PER_DAY) -> dict[str, object]:
    """Live `days` days and check the account; returns what happened, AssertionError where something is wrong."""
    began = time.monotonic()
    chance = random.Random(seed)
    mood = Moody(random.Random(seed + 1))
    middle, end = ANCHOR + days // 2 * DAY, ANCHOR + days * DAY
    with (
        Press(ANCHOR, days=days, process=True, faults=FAULTS, seed=seed, dirty=True) as press,
        MailServer(mood) as mail,
    ):
        life = Life(House(folder, press, mail.port), press, mail, mood, chance)
        for email, wishes in READERS.items():
            life.house.subscribe(email, *wishes)
        for now in _weather(moments(ANCHOR, middle, per_day, chance, press), life):
            life.command(now)
        life.reside(_weather(moments(middle, end, per_day, chance, press), life, calm_after=end))
        told = account(life, end, end + QUIET[-1])
    return {"days": days, "seed": seed, "seconds": round(time.monotonic() - began), **told}


def _weather(given: Iterator[datetime], life: Life, *, calm_after: datetime | None = None) -> Iterator[datetime]:
    """Give the moments, with a storm over one outlet now and then; at last some of a world in which nothing fails."""
    slugs = [outlet.slug for outlet in life.press.outlets()]
    for now in given:
        struck = life.chance.choice(slugs) if life.chance.random() < 0.3 else ""
        if struck:
            life.press.storm(struck, life.chance.choice(STORMS))
        yield now
        if struck:
            life.press.storm(struck, "")
    if calm_after is not None:
        life.press.until(calm_after)
        life.press.calm()
        life.dirt = life.press.clean()
        life.mood.calm = True
        yield from (calm_after + wait for wait in QUIET)


# The account


def account(life: Life, end: datetime, last: datetime) -> dict[str, object]:
    """Hold the archive against the press's truth, and the ledger against the mails that went out."""
    articles = _articles(life, end)
    sent = _editions(life, last)
    memory = _memory(life.memory)
    return {
        "commands": life.commands,
        "kills": life.kills,
        "articles": articles,
        **sent,
        **memory,
        "moods": dict(life.mood.moods),
        "dirt": life.dirt,
        "requests": len(life.press.requests()),
    }


def _articles(life: Life, end: datetime) -> int:
    """Every article that a list announced for at least a day and a half is in the archive once, in its last state."""
    house = life.house
    truth = {canonical(a.url): a for a in life.press.truth() if a.published_at <= end and a.expected == "archived"}
    rows = {row["url"]: row for row in house.rows("articles")}
    assert len(rows) == house.count("articles"), "an article is listed twice"
    announced = {url for url, article in truth.items() if article.published_at > ANCHOR - LISTED / 2}
    lost = {url: house.sql("SELECT state, reason FROM links WHERE url = ?", url) for url in announced - rows.keys()}
    assert not lost, f"articles lost: {lost}"
    assert not rows.keys() - truth.keys(), f"articles of nowhere: {sorted(rows.keys() - truth.keys())[:5]}"
    texts = dict(house.sql("SELECT url, body FROM articles"))
    for url, row in rows.items():
        article = truth[url]
        assert row["title"] in {article.text.title, (article.edited or article.text).title}, url
        assert row["versions"] >= (2 if article.edited else 1), (url, row["versions"])
        at = datetime.fromisoformat(row["published_at"])
        assert abs(at - article.published_at) < timedelta(minutes=1), f"{url} was dated {at}"
        told, wanted = texts[url], (article.edited or article.text).body
        assert _letters(told) >= _letters(wanted) * 0.97, f"{url} lost text: {told[-200:]!r}"
        assert (row["vanished_at"] is not None) == article.vanishes, url
    assert not house.sql("SELECT url FROM links WHERE state IN ('due', 'later') AND attempts > 40")
    assert not house.sql("SELECT id FROM pages WHERE state = 'due'"), "a page waits for ever"
    assert not house.sql("SELECT id FROM articles WHERE story_id IS NULL"), "an article is in no story"
    return len(rows)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _editions(life: Life, last: datetime) -> dict[str, object]:
    """Every due edition went out once, by the mail server's count; what nobody can know is what was really broken."""
    accepted = Counter(_message_id(mail.content) for mail in life.mail.messages)
    assert all(count == 1 for count in accepted.values()), f"sent twice: {accepted.most_common(3)}"
    unanswered = {_message_id(mail.content) for mail in life.mail.unanswered}
    states: Counter[str] = Counter()
    by_reader: dict[str, list[tuple[datetime, datetime]]] = {email: [] for email in READERS}
    for row in life.house.rows("editions"):
        states[row["state"]] += 1
        took = accepted.pop(row["message_id"], 0)
        open_end = row["message_id"] in unanswered or row["id"] in life.open_when_killed
        if row["state"] == "sent":
            assert took == 1, f"{row['id']} is sent, but the mail server never took it"
            period = (row["period_start"], row["period_end"])
            by_reader[row["email"]].append(tuple(map(datetime.fromisoformat, period)))  # type: ignore[arg-type]
        elif row["state"] == "unknown":
            assert open_end, f"edition {row['id']} is unknown for nothing: {row['error']}"
        else:
            assert row["state"] == "failed", f"{row['id']} is still {row['state']}"
            assert took == 0, f"{row['id']} is {row['state']}, but the mail server took it"
        assert row["state"] == "unknown" or not open_end, f"{row['id']} is {row['state']}, and nobody can know"
    assert not accepted, f"mails of no edition: {accepted}"
    for email, periods in by_reader.items():
        assert all(one[1] == other[0] for one, other in pairwise(sorted(periods))), f"{email}: a gap or an overlap"
        for due in _due(email, last):
            covering = [period for period in periods if period[0] < due <= period[1]]
            assert len(covering) == 1, f"{email}: the edition due {due} is in {len(covering)} mails"
    return {"editions": dict(states), "mails": len(life.mail.messages)}


def _due(email: str, last: datetime) -> Iterator[datetime]:
    """Give the instants at which an edition was due to a reader."""
    at = ANCHOR
    while at <= last:
        if "mon-fri" not in READERS[email] or at.astimezone(ZONE).weekday() < 5:
            yield at
        at += DAY


def _memory(seen: list[tuple[float, int]]) -> dict[str, object]:
    """What the long-lived process weighs stays flat once it has done everything for a while."""
    settled = seen[len(seen) // 3 :]
    first, worst = settled[0][0], max(size for size, _ in settled)
    assert worst <= first * 1.15 + 10, f"memory grows: {[round(size) for size, _ in seen]}"
    files = [count for _, count in settled]
    assert max(files) - min(files) <= 2, f"open files grow: {files}"
    return {"memory_mb": [round(first), round(settled[-1][0]), round(worst)], "open_files": [files[0], files[-1]]}


def _message_id(content: bytes) -> str:
    return str(message_from_bytes(content)["Message-ID"])


def main() -> None:
    """Run the long form and print the account as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.way.soak", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    args = parser.parse_args()
    print(f"soak: {args.days} days, seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        print(json.dumps(soak(Path(folder), args.days, args.seed), ensure_ascii=False))


if __name__ == "__main__":
    main()
