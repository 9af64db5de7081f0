"""An office's own models: trained beside the archive, weighed, chosen, gone back from; the archive tagged anew."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import settings
from analysis import MODELS, Tagger, Text, net_of
from analysis.tags.net import Net
from analysis.tags.tone import TONES
from analysis.training.candidates import gate_set
from analysis.training.gold import example, records
from analysis.training.net import values, vectors
from cli import main
from errors import DiemBaoError
from pipeline.analyse import Reader
from pipeline.desk import corrections
from pipeline.learning import filters, training
from pipeline.learning.again import BATCH, again
from pipeline.running import models
from pipeline.upkeep import check
from press import TOPICS, Article
from settings import Settings
from storage import Archive, open_archive
from storage.coverage import articles
from tests.support import ROOT
from tests.support.archives import NOW, at, judgement, link, store
from tests.support.labelled import demo_articles, write_gold
from tests.support.wholeway import command, diembao, environment, kill_when

pytestmark = pytest.mark.slow

SETTINGS = """
[area]
province = "Sóc Trăng"
[storage]
url = "sqlite:///data/archive.db"
[crawl]
contact = "https://example.vn/diembao"
outlets = []
"""


def office(folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return settings.load(folder / "settings.toml")


def fill(archive: Archive, number: int) -> list[int]:
    """Put articles into an archive as other models would have judged them: six of the demo, then mere notices."""
    demo = demo_articles("vi")[: min(6, number - 2)] + demo_articles("km")[:1] + demo_articles("en")[:1]
    return [
        store(
            archive,
            link(n),
            title=one.text.title if n < len(demo) else f"Thông báo số {n}",
            lead=one.text.lead if n < len(demo) else "Lịch họp tuần này không đổi.",
            body=f"{one.text.body if n < len(demo) else 'Các phòng ban làm việc như thường lệ.'}\n{n}",
            language=one.language,
            published_at=at(n),
            judged=judgement(language=one.language, model="old", topics=(), tone=None, relevance="none"),
        )
        for n, one in enumerate(demo + demo_articles("vi")[:1] * (number - len(demo)))
    ]


def mislabelled(data: Path, to: Path) -> Path:
    """The same labelled articles with wrong labels, but for the gate set: what a bad version is made of."""
    shutil.copytree(data, to)
    rows = list(records(data / "gold" / "articles.jsonl.gz"))
    held = {row["id"] for row in gate_set(data)}
    wrong = [row if row["id"] in held else row | {"topics": ["other"], "tone": n % 3 - 1} for n, row in enumerate(rows)]
    with gzip.open(to / "gold" / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in wrong)
    return to


def net_values(data: Path, to: Path) -> Path:
    """What the net that ships may have said of these labelled articles while it was made."""
    examples = [example(row) for row in records(data / "gold" / "articles.jsonl.gz")]
    labels = [[*(name in one.topics for name in TOPICS), *(one.tone == tone for tone in TONES)] for one in examples]
    said = 6.0 * np.array(labels, np.float32) - 3 + np.random.default_rng(1).normal(size=(len(labels), len(labels[0])))
    values.save(to, Net.load(MODELS).id, [values.key(one) for one in examples], said.astype(np.float32))
    return to


def correct_some(archive: Archive, first: int) -> None:
    for number, one in enumerate(demo_articles("vi")[:12], first):
        article = store(archive, link(number), title=one.text.title, lead=one.text.lead, body=one.text.body)
        corrections.correct(archive, str(article), {"topics": list(one.topics), "tone": one.tone}, "Lan", NOW)


@pytest.fixture(scope="module", autouse=True)
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The net knows the demo's labelled articles as it does those it was made with."""
    folder = tmp_path_factory.mktemp("values")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "SHIPPED", net_values(write_gold(folder), folder / values.FILE))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """An office with a bad first version of its own; what was said of it; better data."""
    right, folder = write_gold(tmp_path_factory.mktemp("data")), tmp_path_factory.mktemp("made") / "office"
    data = mislabelled(right, tmp_path_factory.mktemp("bad") / "data")
    own = office(folder)
    left = models.folder(own) / ".training"
    left.mkdir(parents=True)
    (left / "topics.npz").write_bytes(b"broken off")
    with closing(open_archive(own.storage.url)) as archive:
        correct_some(archive, 100)
        said = training.candidate(archive, own, data, NOW, corrected=True)
    return folder, said, right


@pytest.fixture
def house(made: tuple[Path, str, Path], tmp_path: Path) -> tuple[Settings, str]:
    """A copy of that office, and its version's name."""
    shutil.copytree(made[0], tmp_path / "office")
    own = settings.load(tmp_path / "office" / "settings.toml")
    return own, models.versions(own)[-1].version


def test_a_candidate_worse_than_the_shipped_is_kept_and_not_used(made: tuple[Path, str, Path]) -> None:
    folder, said, _ = made
    own = settings.load(folder / "settings.toml")
    assert "Gate set" in said
    assert "WORSE" in said
    assert "not promoted: " in said.splitlines()[-1]
    shipped, version = models.versions(own)
    assert (shipped.version, shipped.current, version.current) == (models.SHIPPED, True, False)
    assert version.version.startswith("20260805-")
    assert shipped.figures["topics micro-F1"] > version.figures["topics micro-F1"]
    assert {path.name for path in (models.folder(own) / version.version).iterdir()} == {
        "topics.npz", "tone.npz", "relevance.npz", "net.npz", "card.json",
    }  # fmt: skip
    assert models.in_use(own) is None
    assert not (models.folder(own) / ".training").exists()
    assert "Sạt lở" not in (models.folder(own) / version.version / "card.json").read_text("utf-8"), "labels, no texts"


def test_a_version_has_its_own_heads_and_is_weighed_with_them(house: tuple[Settings, str]) -> None:
    own, version = house
    home = models.folder(own)
    net, ships = net_of(home / version), Net.load(MODELS)
    assert net.id != ships.id
    read = [net.read(one.text.title, f"{one.text.lead}\n{one.text.body}") for one in demo_articles("vi")[:12]]
    moved = [abs(net.values(one)[1] - ships.values(one)[1]).max() for one in read[:4]]
    assert min(moved) > 0.05, "corrections reach the net"
    names = json.loads((home / version / models.CARD).read_text("utf-8"))["answers"]
    assert [name.split()[-1] for name in names] == [net.id, ships.id]
    kept = vectors.load(home / vectors.FILE)
    vectors_of = Net.load(MODELS, known=kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Net, "_made", lambda self, read: pytest.fail("the next training would ask the net again"))
        assert all(len(vectors_of.vector(one)) for one in read)
    off = replace(own, analysis=replace(own.analysis, net="off"))
    assert "net-" not in models.ids_of(off, home / version)
    with pytest.raises(DiemBaoError, match="never weighed"):
        models.promote(off, version)


def test_promoting_and_going_back(house: tuple[Settings, str]) -> None:
    own, version = house
    with pytest.raises(DiemBaoError, match=r"may be worse than shipped.*topics micro-F1.*--force"):
        models.promote(own, version)
    assert models.current(own) == models.SHIPPED
    assert any(one.worse for one in models.promote(own, version, force=True))
    assert models.in_use(own) == models.folder(own) / version
    ids = models.ids_of(own, models.folder(own) / version)
    assert ids == Reader(own).models()["vi"][1]
    assert ids != models.ids_of(own, None)
    assert filters.judge(own)({"id": 1, "title": "Tin", "text": "Mưa lớn."})["model"] == ids
    said = next(f for f in check.check(own, NOW) if f.what == "models").found
    assert said == f"{version}: {ids}"
    assert [one.current for one in models.versions(own)] == [False, True]
    with pytest.raises(DiemBaoError, match="in use already"):
        models.promote(own, version)
    assert not any(one.worse for one in models.promote(own, models.SHIPPED)), "better: weighed without the data"
    assert [models.rollback(own), models.rollback(own)] == [version, models.SHIPPED]
    with pytest.raises(DiemBaoError, match="nothing to go back to"):
        models.rollback(own)
    assert models.in_use(own) is None
    assert models.in_use(replace(own, file=None)) is None


@pytest.mark.long
def test_a_better_candidate_is_used_at_once(house: tuple[Settings, str], made: tuple[Path, str, Path]) -> None:
    own, version = house
    models.promote(own, version, force=True)
    with closing(open_archive(own.storage.url)) as archive:
        correct_some(archive, 200)
        taught = training.candidate(archive, own, made[2], NOW + timedelta(days=1), corrected=True)
        *_, newest = models.versions(own)
        assert newest.version.startswith("20260806-")
        assert newest.learned_from.endswith("24 corrected articles")
        assert f"promoted: {newest.version} is in use instead of {version}" in taught.splitlines()[-1]
        assert models.current(own) == newest.version
        same = training.candidate(archive, own, made[2], NOW + timedelta(days=1), corrected=True)
    assert same.endswith("not promoted: the same models are in use")
    assert models.current(own) == newest.version
    assert models.in_use(own)
    assert models.rollback(own) == version


def test_what_was_never_weighed_is_refused(house: tuple[Settings, str]) -> None:
    own, version = house
    path = models.folder(own) / version / models.CARD
    card = json.loads(path.read_text("utf-8"))
    card["answers"] = {card["models"]: card["answers"][card["models"]]}
    path.write_text(json.dumps(card), "utf-8")
    with pytest.raises(DiemBaoError, match="never weighed against shipped"):
        models.promote(own, version)
    assert models.promote(own, version, force=True) == ()


@pytest.mark.parametrize("text", ["../../etc\n", "20260805-zzzzzzzz\n", "\xff"])
def test_a_choice_that_is_none_is_refused(house: tuple[Settings, str], text: str) -> None:
    own, _ = house
    (models.folder(own) / models.CHOICES).write_bytes(text.encode("latin-1"))
    with pytest.raises(DiemBaoError, match="current: "):
        models.in_use(own)


def test_models_that_are_gone_or_broken_are_named_with_the_way_out(house: tuple[Settings, str]) -> None:
    own, version = house
    home = models.folder(own)
    with pytest.raises(DiemBaoError, match=r"no models '\.\./x'"):
        models.promote(own, "../x")
    (home / version / "tone.npz").write_bytes(b"")
    with pytest.raises(DiemBaoError, match=r"tone\.npz"):
        models.promote(own, version, force=True)
    assert models.current(own) == models.SHIPPED
    models.choose(own, [version])
    shutil.rmtree(home / version)
    with pytest.raises(DiemBaoError, match="model rollback"):
        Reader(own)
    finding = next(one for one in check.check(own, NOW) if one.what == "models")
    assert not finding.ok
    assert models.rollback(own) == models.SHIPPED
    (home / version).mkdir()
    (home / version / models.CARD).write_text("{}", "utf-8")
    with pytest.raises(DiemBaoError, match=r"no readable card.*remove"):
        models.versions(own)


def test_where_versions_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = office(tmp_path / "office")
    assert models.folder(own) == (tmp_path / "office" / "data" / "models").resolve()
    server = replace(own, storage=settings.Storage("postgresql+psycopg://u@h/diembao"))
    assert models.folder(server) == tmp_path / "office" / "data" / "models"
    named = replace(server, storage=replace(server.storage, data=str(tmp_path / "elsewhere")))
    assert models.folder(named) == tmp_path / "elsewhere" / "models"
    monkeypatch.setenv("DIEMBAO_DATA", str(tmp_path / "image"))
    assert models.folder(server) == tmp_path / "image" / "models"
    assert models.folder(own) == (tmp_path / "office" / "data" / "models").resolve(), "beside the file as ever"
    (tmp_path / "office" / "models").mkdir()
    assert models.folder(server) == tmp_path / "office" / "models", "where an earlier program left them"


# Tagging the archive anew


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[tuple[Archive, Settings]]:
    own = office(tmp_path / "office")
    with closing(open_archive(own.storage.url)) as opened:
        yield opened, own


def found(archive: Archive) -> list[Article]:
    with archive.read() as db:
        return articles.articles(db)


def test_the_archive_is_tagged_anew_once_however_often_it_is_broken_off(
    archive: tuple[Archive, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, own = archive
    few = 10
    monkeypatch.setattr("pipeline.learning.again.BATCH", few)
    ids = fill(opened, few + 4)
    corrections.correct(opened, str(ids[0]), {"topics": ["religion"], "tone": 1}, "Lan", NOW)
    stops = iter([False, True])
    first = again(opened, own, at(99), should_stop=lambda: next(stops))
    assert (first.due, first.done) == (few + 4, few)
    second = again(opened, own, at(99))
    assert (second.due, second.done) == (4, 4)
    assert again(opened, own, at(99)).due == 0
    current = Reader(own).models()
    rows = found(opened)
    assert all(row.model in current[row.language] for row in rows)
    assert [topic.id for topic in rows[0].topics] == ["religion"]
    assert rows[0].tone == 1
    tagger = Tagger("Sóc Trăng", net="area")
    for row in rows[1:6]:
        text = Text(row.title, f"{row.lead}\n{row.body}", row.published_at, language=row.language)
        (wanted,) = tagger.judge_all([text], explained=True)
        assert (row.topics, row.tone, row.relevance) == (wanted.topics, wanted.tone, wanted.relevance)
        assert row.tone_sentences == wanted.tone_sentences
        assert row.places == wanted.places


def test_only_what_is_dated_since(archive: tuple[Archive, Settings]) -> None:
    opened, own = archive
    fill(opened, 6)
    assert again(opened, own, at(99), since=at(4)).done == 2
    assert [row.model == "old" for row in found(opened)] == [True] * 4 + [False] * 2


def test_a_dateline_still_says_where(archive: tuple[Archive, Settings]) -> None:
    opened, own = archive
    text = {"title": "Khánh thành cầu mới", "lead": "Cầu dài hai trăm mét.", "body": "Người dân đi lại dễ dàng hơn."}
    for number, dateline in enumerate(("", "(Sóc Trăng)")):
        judged = judgement(model="old", relevance="none", places=())
        store(opened, link(number), dateline=dateline, published_at=at(number), judged=judged, **text)
    again(opened, own, at(99))
    assert [row.relevance == "none" for row in found(opened)] == [True, False]


def test_what_decided_is_kept_with_articles_of_the_area_as_they_write_it(archive: tuple[Archive, Settings]) -> None:
    opened, own = archive
    lead = "Triều cường dâng cao làm ba người chết, hàng trăm nhà ngập sâu."
    text = {"title": "Ngập nặng vì triều cường", "lead": lead, "body": "Nước tràn vào nhà dân, đường ngập sâu."}
    for number, dateline in enumerate(("", "(Sóc Trăng)")):
        judged = judgement(model="old", relevance="none", places=())
        store(opened, link(number), dateline=dateline, published_at=at(number), judged=judged, **text)
    assert all(not row.tone_sentences for row in found(opened)), "kept by nobody: shown by its words alone"
    again(opened, own, at(99))
    far, near = found(opened)
    assert (far.relevance, far.tone_sentences, [tag.sentences for tag in far.topics]) == ("none", (), [()])
    assert near.relevance != "none"
    said = [near.tone_sentences, *(tag.sentences for tag in near.topics)]
    assert all(said)
    written = {near.title, near.lead, near.body}
    assert {one.sentence for part in said for one in part} <= written, "without the dateline, which was judged too"
    assert lead in {one.sentence for part in said for one in part}


@pytest.mark.long
@pytest.mark.kill
@pytest.mark.slow
def test_killed_while_tagging_anew_then_run_again(archive: tuple[Archive, Settings]) -> None:
    opened, own = archive
    fill(opened, 5 * BATCH)
    opened.close()
    assert own.file
    file = own.file.parent / "data" / "archive.db"

    def count() -> int:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as db:
            return int(db.execute("SELECT count(*) FROM articles WHERE model != 'old'").fetchone()[0])

    arguments = ["--settings", own.file, "analyse", "--again", "--json"]
    process = subprocess.Popen(
        command(*arguments), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    killed = kill_when(process, lambda: count() > 0)
    done = count()
    assert done % BATCH == 0 or not killed
    counts = diembao(*arguments, cwd=ROOT).json
    assert (counts["due"], counts["done"]) == (5 * BATCH - done, 5 * BATCH - done)
    assert count() == 5 * BATCH


# The command line


def run(capsys: pytest.CaptureFixture[str], own: Settings, *args: object, code: int = 0) -> list[str]:
    assert main(["--settings", str(own.file), "--now", "2026-08-05T06:45:00+07:00", *map(str, args)]) == code
    told = capsys.readouterr()
    return (told.err if code else told.out).splitlines()


def test_correcting_by_the_command_line(archive: tuple[Archive, Settings], capsys: pytest.CaptureFixture[str]) -> None:
    opened, own = archive
    store(opened, link(1))
    said = run(capsys, own, "correct", link(1).url, "--topics", "health, education", "--tone", "none", "--by", "Lan")
    assert said == [
        "1: corrected: topics of article 1, environment, agriculture -> health, education",
        "2: corrected: tone of article 1, -1 -> none",
    ]
    assert run(capsys, own, "correct", 1, "--tone", "-1", "--relevance", "focus", "--by", "Minh") == [
        "3: corrected: tone of article 1, none -> -1",
        "4: confirmed: relevance of article 1, focus -> focus",
    ]
    assert run(capsys, own, "correct", "--undo", 3) == ["3: taken back: tone of article 1, none -> -1"]
    rows = [json.loads(line) for line in run(capsys, own, "corrections", "--json")]
    assert [row["field"] for row in rows] == ["topics", "tone", "tone", "relevance"]
    assert rows[0] == {
        "id": 1, "article": 1, "field": "topics", "before": ["environment", "agriculture"],
        "after": ["health", "education"], "who": "Lan", "at": "2026-08-04T23:45:00+00:00", "undone_at": None,
        "url": link(1).url,
    }  # fmt: skip
    assert "undone" in run(capsys, own, "corrections")[2]
    (row,) = found(opened)
    assert ([topic.id for topic in row.topics], row.tone, row.relevance) == (["health", "education"], None, "focus")
    labelled = corrections.labelled(opened, own)
    assert [(one["topics"], one["tone"], one["relevance"], one["area"]) for one in labelled] == [
        (["health", "education"], None, "focus", "Sóc Trăng")
    ]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["correct"], 2, "correct needs ARTICLE"),
        (["correct", "1", "--tone", "0"], 2, "--by NAME"),
        (["correct", "1", "--by", "Lan"], 2, "at least one of"),
        (["correct", "1", "--undo", "1"], 2, "goes with no article"),
        (["correct", "9", "--tone", "0", "--by", "Lan"], 1, "no article 9"),
        (["correct", "ftp://x", "--tone", "0", "--by", "Lan"], 1, "neither the id nor the address"),
        (["correct", "--undo", "9"], 1, "correction 9 is not in the archive"),
        (["train"], 2, "train needs --data FOLDER"),
        (["train", "--corrections"], 2, "train needs --data FOLDER"),
        (["train", "--candidate", "--data", "."], 1, "no folder gold/"),
        (["train", "--relevance", "--candidate", "--data", "."], 2, "no --candidate"),
        (["evaluate", "--protocol", "--data", "."], 2, "--keep FOLDER"),
        (["evaluate", "--protocol", "--data", ".", "--keep", "kept"], 1, "no folder gold/"),
        (["evaluate", "--gold", "x.jsonl", "--labelled"], 2, "go with --protocol"),
        (["analyse", "--since", "2026-08-05T00:00:00+07:00"], 2, "--since goes with --again"),
        (["model", "promote", "20260805-01234567"], 1, "no models"),
        (["model", "rollback"], 1, "nothing to go back to"),
    ],
)
def test_wrong_use_is_one_line(
    archive: tuple[Archive, Settings], capsys: pytest.CaptureFixture[str], args: list[str], code: int, words: str
) -> None:
    (said,) = run(capsys, archive[1], *args, code=code)
    assert words in said


@pytest.mark.parametrize("args", [["--topics", "sport"], ["--topics", ","], ["--tone", "2"], ["--relevance", "far"]])
def test_values_that_cannot_be_are_wrong_usage(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["correct", "1", *args, "--by", "Lan"])
    assert stopped.value.code == 2
    assert args[0] in capsys.readouterr().err


def test_models_by_the_command_line(house: tuple[Settings, str], capsys: pytest.CaptureFixture[str]) -> None:
    own, version = house
    rows: list[dict[str, Any]] = [json.loads(line) for line in run(capsys, own, "model", "list", "--json")]
    assert [(row["version"], row["current"]) for row in rows] == [("shipped", True), (version, False)]
    (said,) = run(capsys, own, "model", "promote", version, code=1)
    assert "--force" in said
    assert run(capsys, own, "model", "promote", version, "--force")[-1].startswith(f"{version} is in use")
    lines = run(capsys, own, "model", "list")
    assert lines[2].startswith(f"* {version}")
    assert "topics micro-F1" in lines[2]
    assert run(capsys, own, "model", "rollback")[0].startswith("shipped is in use")
