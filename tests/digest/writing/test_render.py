"""The mail as a mail program gets it: parts, headers, size, and that nothing of a stranger's gets out of its place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from digest.choosing.compose import compose
from digest.model import Digest, Matter, Request
from digest.words import Words
from digest.writing.message import build, header_text, mailbox
from digest.writing.notice import mail_test, notice, unsubscribed
from digest.writing.render import HTML_LIMIT, html_size, message_id, render
from press import Deciding, OutletHealth
from tests.support.digest_day import END, NOW, READER, SENDER, START, UNSUBSCRIBE, article, place, request

OPERATOR = "quantri@example.vn"


def mail_of(made: Request) -> EmailMessage:
    """The edition as it comes out of the wire."""
    message = render(compose(made), sender=SENDER, unsubscribe_url=UNSUBSCRIBE, operator=OPERATOR)
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def parts_of(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return plain.get_content(), html.get_content()


def words_of_html(page: str) -> str:
    tree = LexborHTMLParser(page)
    for node in tree.css("style, title, head, [aria-hidden]"):
        node.decompose()
    assert tree.body is not None
    return " ".join(tree.body.text(separator=" ").split())


def positions(digest: Digest, text: str) -> list[int]:
    """Where each thing the digest says begins in the text, in the order of the mail; fails where one is missing."""
    items = [*digest.summary, *(item for section in digest.sections for item in section.items if not item.rank)]
    items += [*digest.khmer, *digest.related]
    said = [digest.area, digest.date, digest.period, digest.coverage_short]
    for item in items:
        said += [item.title, item.outlet, item.when, *item.facts, *([f"“{item.lead}”"] if item.lead else [])]
    said += [digest.more, *(item.title for item in digest.more_items), *digest.numbers]
    said += [*digest.coverage, digest.correct, digest.recipient]
    places = []
    at = 0
    for phrase in filter(None, said):
        at = text.find(phrase, at)
        assert at >= 0, phrase
        places.append(at)
    return places


def test_plain_text_and_html_say_the_same_in_the_same_order() -> None:
    made = request((*request().articles, *(article(300 + n, hours=20) for n in range(20))), operator=OPERATOR)
    digest = compose(made)
    assert digest.more_items
    plain, html = parts_of(mail_of(made))
    assert len(positions(digest, " ".join(plain.split()))) == len(positions(digest, words_of_html(html)))
    links = {node.attributes["href"] for node in LexborHTMLParser(html).css("a")}
    in_text = set(re.findall(r"https?://\S+", plain))
    assert in_text <= links, "every address of the text is a link"


def test_why_says_the_sentence_that_decided_in_both_parts_alike() -> None:
    sentence = Deciding("Đê vỡ, 40 hộ dân phải dời nhà.", 1.5)
    plain, page = parts_of(mail_of(request((article(1, tone=-1, tone_sentences=(sentence,)),))))
    said = "Câu quyết định sắc thái: “Đê vỡ, 40 hộ dân phải dời nhà.”"
    assert f"nội dung tiêu cực.\n   {said}\n" in plain.replace("\r\n", "\n")
    assert f"nội dung tiêu cực. {said}" in words_of_html(page)
    title = article(1).title
    plain, page = parts_of(mail_of(request((article(1, tone_sentences=(replace(sentence, sentence=title),)),))))
    for part in (plain, words_of_html(page)):
        assert "Quyết định sắc thái: đầu đề." in part
        assert "“" + title not in part
    for part in parts_of(mail_of(request((article(1, tone=-1),)))):
        assert "uyết định sắc thái" not in part


def test_the_html_is_made_for_mail_programs() -> None:
    _, html = parts_of(mail_of(request()))
    assert '<html lang="vi">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme:dark" in html
    tree = LexborHTMLParser(html)
    assert all(table.attributes.get("role") == "presentation" for table in tree.css("table"))
    assert not tree.css("img, script, link, iframe, form, object")
    assert not re.search(r"display:\s*(flex|grid)|@import|url\(", html)
    khmer = tree.css_first('a[lang="km"]')
    assert khmer is not None
    assert "សាលា" in khmer.text()


def test_tone_is_always_a_word() -> None:
    plain, html = parts_of(mail_of(request()))
    for text in (plain, words_of_html(html)):
        assert all(word in text for word in ("tích cực", "trung tính", "tiêu cực", "chưa rõ"))
    assert plain.count("tiêu cực ·") >= 2


def test_the_headers_of_an_edition() -> None:
    message = mail_of(request())
    assert message["From"] == SENDER
    assert message["To"] == "canbo@example.vn"
    assert message["Subject"] == compose(request()).subject
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>, <mailto:{OPERATOR}?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Điểm báo <digest.example.vn>"
    assert message["Reply-To"] == OPERATOR
    assert not [name for name in message if name.lower().startswith("x-")]


def test_the_unsubscribe_link_is_plain_on_the_wire() -> None:
    data = render(compose(request()), sender=SENDER, unsubscribe_url=UNSUBSCRIBE).as_bytes()
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in data


def test_the_message_id_belongs_to_reader_and_period_not_to_the_attempt() -> None:
    digest = compose(request())
    again = compose(request(now=NOW + timedelta(hours=5), articles=()))
    assert message_id(digest, SENDER) == message_id(again, SENDER)
    other = compose(request(start=START - timedelta(days=1)))
    reader = compose(request(subscription=replace(READER, id=2)))
    assert len({message_id(one, SENDER) for one in (digest, other, reader)}) == 3


def test_the_mail_is_the_same_byte_for_byte_and_fit_for_the_wire() -> None:
    data = render(compose(request()), sender=SENDER, unsubscribe_url=UNSUBSCRIBE).as_bytes()
    assert data == render(compose(request()), sender=SENDER, unsubscribe_url=UNSUBSCRIBE).as_bytes()
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_nothing_significant_is_a_whole_mail_too() -> None:
    plain, html = parts_of(mail_of(request(())))
    for text in (plain, words_of_html(html)):
        assert "Không có tin đáng chú ý về địa bàn trong kỳ này." in text
        assert "Đã đọc 5/8 nguồn" in text
        assert "TÓM TẮT" not in text
        assert "CẦN TRẢ LỜI" not in text


def test_the_english_edition() -> None:
    made = request(subscription=replace(READER, language="en"), area="Sóc Trăng (before 1 July 2025)", outlets={})
    plain, html = parts_of(mail_of(made))
    assert '<html lang="en">' in html
    for text in (plain, words_of_html(html)):
        assert "PRESS REVIEW" in text
        assert "Wednesday, 5 August 2026" in text
        assert "Unsubscribe" in text
        assert not re.search(r"[Tt]iêu cực|sự kiện|TÓM TẮT|Nơi được|nguồn", text)


@pytest.mark.parametrize("letter", ["ệ", "ក", "&", "𝔸", "<"])
def test_the_html_part_stays_under_its_limit_whatever_the_press_writes(letter: str) -> None:
    word = letter * 9 + " "
    monsters = tuple(
        article(
            n,
            f"o{n}",
            word * 400,
            hours=1 + n / 5,
            lead=word * 900,
            url="https://báo.example.vn/" + "%E1%BB%87" * 60,
            story=n // 2,
            tone=-1,
            places=(place(word * 30),),
            topics=("vulnerable_groups",),
        )
        for n in range(1, 90)
    )
    sick = [OutletHealth(f"o{n}", word * 40, "down", since=START, last_error="x" * 9999) for n in range(200)]
    busy = Matter(
        "1/2026", word * 90, "health", (), word * 90, END, late=True, waiting=True, joined=9, page="/matters/2026/1"
    )
    matters = (*[busy] * 40, *[replace(busy, waiting=False, result=word * 90)] * 40)
    outlets = {f"o{n}": word * 40 for n in range(90)}
    message = mail_of(request(monsters, coverage=sick, outlets=outlets, matters=matters))
    assert html_size(message) <= HTML_LIMIT < 80 * 1000
    plain, _ = parts_of(message)
    assert plain.count("•") >= 15


HOSTILE = (
    article(
        1, title="<script>alert(1)</script> & “tin”", lead='<img src=x onerror="alert(1)">', url="javascript:alert(1)"
    ),
    article(
        2, title="Dòng một\r\nBcc: moi.nguoi@example.vn\x00\x1b[31m", lead="Trước\u202esau\u2066", hours=2, tone=-1
    ),
    article(3, title="=?utf-8?q?gi=E1=BA=A3?=", url='https://vov.vn/"><b>x', hours=3),
)


def test_hostile_articles_stay_text() -> None:
    message = mail_of(request(HOSTILE, outlets={"vov": '<b onclick="x">VOV</b>'}, area="<i>Sóc Trăng</i>"))
    assert message["Bcc"] is None
    assert "Dòng một Bcc: moi.nguoi@example.vn" in message["Subject"]
    plain, html = parts_of(message)
    tree = LexborHTMLParser(html)
    assert not tree.css("script, img, i, [onclick], [onerror]")
    assert "<script>alert(1)</script> & “tin”" in words_of_html(html)
    assert {re.match(r"\w+", node.attributes["href"] or "")[0] for node in tree.css("a")} == {"https"}  # type: ignore[index]
    assert "javascript:" not in html + plain
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", (html + plain).replace("\r\n", "")
    )


@pytest.mark.parametrize("url", ["javascript:x", "https://x.vn/a b", "https://x.vn/\r\nBcc: y@z.vn", ""])
def test_an_odd_unsubscribe_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        render(compose(request()), sender=SENDER, unsubscribe_url=url)


@pytest.mark.parametrize("bad", ["a@b.vn\r\nBcc: c@d.vn", "a@b.vn, c@d.vn", "no address", "Tên <a@b.vn"])
def test_an_odd_sender_or_recipient_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not a mail"):
        render(compose(request()), sender=bad, unsubscribe_url=UNSUBSCRIBE)
    with pytest.raises(ValueError, match="not a mail"):
        render(compose(request(subscription=replace(READER, email=bad))), sender=SENDER, unsubscribe_url=UNSUBSCRIBE)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=120))
def test_any_subject_survives_the_wire_on_its_own_lines(text: str) -> None:
    value = header_text(text, "Subject")
    message = build([("Subject", value), ("To", "a@b.vn")], [("plain", "x\n")])
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert list(parsed.keys()) == [*("Subject", "To", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")]
    assert value.isascii()
    assert all(len(line) <= 78 and (n == 0 or line.startswith(" ")) for n, line in enumerate(value.split("\r\n")))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet='abcdệỗ đà “”–,.:;<>@()"\\', max_size=200))
def test_a_vietnamese_subject_comes_out_as_it_went_in(text: str) -> None:
    line = " ".join(text.split())
    data = build([("Subject", header_text(line, "Subject"))], [("plain", "x\n")]).as_bytes()
    assert message_from_bytes(data, policy=policy.default)["Subject"] == line


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet='abc ệ"\\,<>@()\r\n', max_size=60))
def test_a_display_name_never_becomes_an_address(name: str) -> None:
    data = build([("From", mailbox(name, "a@b.vn"))], [("plain", "x\n")]).as_bytes()
    found = message_from_bytes(data, policy=policy.default)["From"]
    assert [address.addr_spec for address in found.addresses] == ["a@b.vn"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet="aệ.-= \té🐟", max_size=100), max_size=12))
def test_a_part_comes_out_as_it_went_in(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines) + "x\n"
    message = build([("Subject", "x")], [("plain", text), ("html", text)])
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert [part.get_content() for part in parsed.iter_parts()] == [text.replace("\n", "\r\n")] * 2
    assert not re.search(rb"(?m)^\.", message.as_bytes())


ANY_TEXT = st.text(alphabet=st.characters() | st.sampled_from("\r\n\0:<>@"), max_size=1500)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=3))
def test_nothing_hostile_becomes_a_header_or_a_line_too_long(name: str, subject: str, lines: list[str]) -> None:
    sender = f'"{name}" <diembao@example.vn>'
    try:
        data = notice(sender, OPERATOR, subject, lines, now=NOW)
    except ValueError as refused:
        assert "not a mail address" in str(refused)  # noqa: PT017 - most names are fine, some are refused
        data = notice(SENDER, OPERATOR, subject, lines, now=NOW)
    headers = message_from_bytes(data, policy=policy.default)
    names = "From To Subject Date Message-ID Auto-Submitted Content-Language MIME-Version Content-Type"
    assert list(headers.keys()) == [*names.split(), "Content-Transfer-Encoding"]
    assert [address.addr_spec for address in headers["From"].addresses] == ["diembao@example.vn"]
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\0" not in data
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)


def test_notices_of_the_service() -> None:
    data = notice(SENDER, OPERATOR, "Nguồn lỗi\r\nBcc: x@y.vn", ["Nhân Dân: 503", "từ\r\n22:10"], now=NOW)
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Nguồn lỗi Bcc: x@y.vn"
    assert message["Bcc"] is None
    assert message.get_content() == "Nhân Dân: 503\r\ntừ 22:10\r\n"
    assert message["Auto-Submitted"] == "auto-generated"
    for made in (mail_test, unsubscribed):
        vietnamese = message_from_bytes(made(SENDER, OPERATOR, now=NOW), policy=policy.default)
        english = message_from_bytes(made(SENDER, OPERATOR, now=NOW, language="en"), policy=policy.default)
        assert vietnamese["Subject"] != english["Subject"]
        assert english["Message-ID"] != vietnamese["Message-ID"]
    test = message_from_bytes(mail_test(SENDER, OPERATOR, now=NOW), policy=policy.default)
    assert test["Subject"] == "Thư thử của Điểm báo"


@pytest.mark.parametrize(
    ("moment", "vietnamese", "english"),
    [(END, "04/8/2026", "4 August 2026"), (END.replace(month=2, day=1), "01/02/2026", "1 February 2026")],
)
def test_dates_and_numbers_as_each_language_writes_them(moment: object, vietnamese: str, english: str) -> None:
    day = moment.date()  # type: ignore[attr-defined]
    assert (Words("vi").day(day), Words("en").day(day)) == (vietnamese, english)
    assert (Words("vi").percent(0.188), Words("en").percent(0.188)) == ("18,8 %", "18.8%")
    assert (Words("vi").number(12345), Words("en").number(12345)) == ("12.345", "12,345")
