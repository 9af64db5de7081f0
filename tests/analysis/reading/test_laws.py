"""What holds for any page: no words lost, never half of a text for furniture, the first look sees what is read."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reading.extract import extract
from analysis.reading.prescreen import visible
from errors import Unusable
from press.text import clean

URL = "https://baovidu.example.vn/tin/bai-1.html"
TITLE = "Xã cù lao khánh thành trạm cấp nước sạch sau hai năm chờ đợi"
SUBJECTS = ["Trạm cấp nước", "Chính quyền xã", "Bà con trong ấp", "Đoàn thanh niên", "Hợp tác xã", "Trường tiểu học"]
DEEDS = [
    "đã nối thêm đường ống tới những hộ ở xa nhất trước khi mùa khô bắt đầu",
    "cho biết mọi việc sẽ xong trong tháng tới nếu thời tiết thuận lợi",
    "góp công đào mương và san nền suốt ba tuần lễ liền không nghỉ ngày nào",
    "mong giá nước được giữ như hiện nay để ai cũng có thể dùng",
    "kiểm tra chất lượng nước mỗi tuần hai lần và dán kết quả ở nhà văn hóa",
]
#: Words a stylesheet uses for frames, and innocent ones that hold the same letters.
NAMES = [
    *("", "widget elementor-widget", "share-block", "commentary-part", "comment", "author-note", "tags-text", "banner"),
    *("related-story", "readmore-content", "video-text", "vote", "source-text", "print-area", "ads-free", "breadcrumb"),
    *("social-life", "sponsor", "newsletter", "poll-station", "lien-quan", "box-tinlienquan", "caption-free", "player"),
]
BLOCKS = ["<p{}>", "<div{}><p>", "<section{}><p>", "<aside{}><p>", "<footer{}><p>", "<div{}>", "<blockquote{}><p>"]
ODD = ["{}", "<b>{}</b>", "<a class='cms-relate' href='/t'>{}</a>", "<span class='related'>{}</span>", "<i>{}</i>"]
#: One name as careless systems write it; cleaned, all of them are the same.
WRITTEN = [
    *("Trần Đề", "Trần Ðề", "Tr&#7847;n Đề", "Tr&amp;#7847;n Đề", "Trần\u200b Đề", "Tr\u00adần Đề", "Trần&nbsp;Đề"),
    *("Tr<b>ần</b> Đề", "<a href='/t'>Trần</a> Đề", unicodedata.normalize("NFD", "Trần Đề"), "Trần\n   Đề"),
]

sentences = st.builds(
    lambda subject, deed, number: f"{subject} số {number} {deed}.",
    st.sampled_from(SUBJECTS),
    st.sampled_from(DEEDS),
    st.integers(1, 999),
)


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_of(html: str) -> str:
    """All text of a page that stands between tags, by nothing of ours but the cleaning."""
    return squeezed(clean(re.sub(r"<[^<>]*>", "", re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL))))


def closed(tag: str, name: str, text: str) -> str:
    opening = tag.format(f' class="{name}"' if name else "")
    return opening + text + "".join(f"</{part}>" for part in reversed(re.findall(r"<(\w+)", opening)))


def page(body: str, container: str = "article-content", head: str = "") -> str:
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>'
        f'<h1>{TITLE}</h1><span class="date">05/08/2026 08:30</span><div class="{container}">{body}</div></body></html>'
    )


def body_of(html: str) -> str:
    try:
        draft = extract(html.encode(), URL)
    except Unusable:
        return ""
    return "\n".join((draft.lead, draft.body))


@given(
    st.lists(st.tuples(st.sampled_from(BLOCKS), st.sampled_from(NAMES), sentences), min_size=4, max_size=9, unique=True)
)
def test_furniture_is_never_more_than_half_of_the_text(parts: list[tuple[str, str, str]]) -> None:
    read = squeezed(body_of(page("".join(closed(*part) for part in parts))))
    told = {squeezed(text) for _, _, text in parts}
    kept = sum(len(text) for text in told if text in read)
    assert kept * 2.1 >= sum(map(len, told))  # the bound counts spaces too


@given(st.lists(st.tuples(st.sampled_from(NAMES), sentences), min_size=4, max_size=8, unique=True))
def test_a_word_that_names_every_paragraph_takes_none(parts: list[tuple[str, str]]) -> None:
    name = parts[0][0]
    read = squeezed(body_of(page("".join(closed("<div{}><p>", name, text) for _, text in parts))))
    assert all(squeezed(text) in read for _, text in parts)


@given(
    st.lists(
        st.tuples(sentences, st.sampled_from(ODD), st.integers(0, 4), st.sampled_from(BLOCKS), st.sampled_from(NAMES)),
        min_size=4,
        max_size=8,
    ),
    st.sampled_from(["article-content", "x7", ""]),
)
def test_no_word_is_lost_inside_a_line(parts: list[tuple[str, str, int, str, str]], container: str) -> None:
    blocks = []
    for text, odd, at, tag, name in parts:
        words = text.split(" ")
        words[at] = odd.format(words[at])
        blocks.append(closed(tag, name, " ".join(words)))
    html = page("".join(blocks), container)
    whole = text_of(html)
    for line in body_of(html).split("\n"):
        assert squeezed(line) in whole


@given(st.sampled_from(WRITTEN), sentences, st.integers(0, 9))
def test_the_first_look_sees_what_is_read(name: str, sentence: str, where: int) -> None:
    text = f"{sentence[:-1]}, theo xã {name} hôm nay."
    plain = json.dumps(clean(re.sub(r"<[^<>]*>", "", text)), ensure_ascii=where % 2 == 0)
    story = "".join(f"<p>{subject} {deed}.</p>" for subject, deed in zip(SUBJECTS, DEEDS, strict=False))
    attribute = re.sub(r"<[^<>]*>", "", text)
    pages = [
        page(f"{story}<p>{text}</p>"),
        page(f"{story}<ul><li>{text}</li></ul>"),
        page(f"{story}<table><tr><td>{name}</td><td>18,2</td></tr><tr><td>Long Phú</td><td>12</td></tr></table>"),
        page(f"<figure><img src='a.jpg'><figcaption>{text} {text}</figcaption></figure>"),
        page(story, head=f'<meta name="description" content="{TITLE}: {attribute}">'),
        page(story, head=f"<meta content='{attribute}' property='og:title'>"),
        page("", head=f'<script type="application/ld+json">{{"@type":"NewsArticle","articleBody":{plain}}}</script>'),
        page("", head=f'<script type="application/ld+json">{{"@type":"Article","headline":{plain}}}</script>'),
        page("<div id='app'></div>", head=f"<script>window.__NUXT__={{a:[{{body:{plain}}}]}}</script>"),
        page(story, head=f'<meta name="description" content="{TITLE}"><title>{attribute}</title>'),
    ]
    html = pages[where].encode()
    draft = extract(html, URL)
    seen = squeezed(visible(html))
    for line in (draft.title, draft.lead, *draft.body.split("\n")):
        assert squeezed(line) in seen


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["pages", "pages_2"])
def test_no_word_is_lost_inside_a_line_of_real_pages(shared_data: Path, folder: str) -> None:
    for line in (shared_data / "gold" / f"{folder}.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        html = gzip.decompress((shared_data / folder / gold["file"]).read_bytes())
        whole = text_of(unescape(html.decode("utf-8", errors="replace")))
        for text in extract(html, gold["url"]).body.split("\n"):
            assert len(text) <= 40 or squeezed(text) in whole, gold["file"]
