"""What an edition says of the register: late ones first, new coverage, results; only what the reader asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.choosing.compose import compose
from digest.choosing.register import MOST
from digest.model import Matter
from digest.writing.render import render
from tests.support.digest_day import END, READER, SENDER, UNSUBSCRIBE, request

ARCHIVE = "https://diembao.example.vn"


def matter(number: int, **more: object) -> Matter:
    made = Matter(
        f"{number}/2026", f"Việc số {number}", "health", ("Đại Ngãi",), "UBND xã Đại Ngãi", END + timedelta(days=2),
        late=False, waiting=True, joined=0, page=f"/matters/2026/{number}",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


GIVEN = (
    matter(1, until=END - timedelta(days=1), late=True, joined=2),
    matter(2),
    matter(3, until=None, unit=""),
    matter(4, waiting=False, joined=1),
    matter(5, waiting=False, result="Bến phà chạy lại"),
)


def test_what_is_owed_comes_before_the_stories_and_results_are_told() -> None:
    digest = compose(request(matters=GIVEN, archive_url=ARCHIVE))
    assert [line.number for line in digest.owed] == ["1/2026", "2/2026", "3/2026", "4/2026"]
    assert [line.late for line in digest.owed] == [True, False, False, False]
    facts = [line.facts for line in digest.owed]
    assert facts[0][0] == "UBND xã Đại Ngãi"
    assert facts[0][1].startswith("QUÁ HẠN từ ")
    assert facts[0][2] == "thêm 2 bài"
    assert facts[1][1].startswith("hạn ")
    assert facts[2] == ("chưa có hạn",)
    assert facts[3][1:] == ("đã trả lời", "thêm 1 bài")
    assert [(line.number, line.facts[-1]) for line in digest.done] == [("5/2026", "Bến phà chạy lại")]
    assert digest.owed[0].url == f"{ARCHIVE}/matters/2026/1"
    mail = render(digest, sender=SENDER, unsubscribe_url=UNSUBSCRIBE)
    text = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain")
    assert (
        text.index("TÓM TẮT") < text.index("SỰ VIỆC CẦN TRẢ LỜI") < text.index("ĐÃ CÓ KẾT QUẢ") < text.index("TIN VỀ")
    )


def test_a_reader_of_some_fields_or_places_is_told_of_theirs() -> None:
    for reader, numbers in (
        (replace(READER, topics=("health",), places=()), 4),
        (replace(READER, topics=("security",), places=()), 0),
        (replace(READER, topics=(), places=("Trần Đề",)), 0),
        (replace(READER, topics=(), places=("Đại Ngãi",)), 4),
    ):
        assert len(compose(request(matters=GIVEN, subscription=reader)).owed) == numbers


def test_many_are_a_number_and_none_is_no_heading() -> None:
    digest = compose(request(matters=tuple(matter(n) for n in range(1, MOST + 8))))
    assert len(digest.owed) == MOST
    assert digest.owed_more == "và 7 sự việc khác"
    assert digest.owed[0].url == "", "without an archive that readers reach there is no link"
    nothing = compose(request())
    assert (nothing.owed, nothing.owed_more, nothing.done) == ((), "", ())
    english = compose(request(matters=GIVEN, subscription=replace(READER, language="en")))
    assert english.owed[0].facts[1].startswith("LATE since ")
