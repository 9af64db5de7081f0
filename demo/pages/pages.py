"""The article pages of the demo press: six layouts of its own as content systems write them, or the page forms."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from demo.forms.catalogue import form
from demo.forms.setting import Around, Neighbour, markup
from demo.forms.stories import as_told
from demo.forms.writing import page_date, partly_decomposed, with_eth, with_nbsp
from demo.truth.truth import VIETNAM, DemoArticle, DemoOutlet, Text

#: Stands on every page where the first copy of a multiplied press gets its numbering paragraph.
COPY_HERE = "<!--so-ban-->"
#: What readers write below the articles; never a part of one.
COMMENTS = {
    "vi": (
        "Mong cơ quan chức năng sớm trả lời để bà con yên tâm.",
        "Quê tôi ở Trà Vinh cũng vậy, ai đi ngang Sóc Trăng sẽ thấy.",
        "Bài viết hay, cảm ơn tòa soạn đã thông tin.",
    ),
    "en": (
        "Thanks for the clear report, please follow up next week.",
        "My cousin in Soc Trang says the same thing happened years ago.",
        "Where can we find the full document?",
    ),
    "km": ("អរគុណសម្រាប់ព័ត៌មាននេះ។", "ខ្ញុំរស់នៅខេត្តត្រាវិញ ក៏ដូចគ្នាដែរ។", "សូមតាមដានបន្តទៀត។"),
}
MENU = {
    "vi": (
        "Thời sự|Chính trị|Xã hội|Kinh tế|Nông nghiệp|Pháp luật|Giáo dục|Y tế|Văn hóa|Thể thao|Du lịch|Thế giới"
        "|Khoa học|"
        "Đời sống|Xe|Bạn đọc|Góc nhìn|Ảnh|Video|Podcast|Cần Thơ|Sóc Trăng|Hậu Giang|Vĩnh Long|Cà Mau|An Giang"
        "|Đồng Tháp|Tây Ninh|Đồng Nai|TP.HCM|Hà Nội|Huế|Đà Nẵng"
    ),
    "en": (
        "Home|Politics|Society|Economy|Agriculture|Environment|Education|Health|Culture|Sports|Travel|World|Opinion"
        "|Photos|Videos|Can Tho|Soc Trang|Vinh Long|Ca Mau|An Giang|Dong Thap|Ho Chi Minh City|Hanoi"
    ),
    "km": "ទំព័រដើម|នយោបាយ|សង្គម|សេដ្ឋកិច្ច|កសិកម្ម|អប់រំ|សុខាភិបាល|វប្បធម៌|កីឡា|ទេសចរណ៍|ពិភពលោក|វីដេអូ",
}


@cache
def _environment() -> Environment:
    folder = Path(__file__).resolve().parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _filler() -> tuple[Markup, Markup]:
    """Return style rules and a script as bulky as those of real pages; both carry no text of an article."""
    rules = "".join(
        f".bx-{n}{{margin:{n % 7}px {n % 11}px;padding:{n % 5}px;float:left;width:{n % 90 + 10}%}}"
        f".bx-{n} a:hover{{color:#{n * 4099 % 0xFFFFFF:06x}}}"
        for n in range(110)
    )
    slots = {
        f"slot_{n}": {"size": [[300, 250], [336, 280]], "zone": n * 7919 % 99991, "lazy": n % 2 == 0} for n in range(60)
    }
    script = (
        "var adSlots="
        + json.dumps(slots)
        + ";(function(w){w._q=w._q||[];for(var k in adSlots){w._q.push(k)}})(window);"
    )
    return Markup(rules), Markup(script)  # noqa: S704 -- made here, from numbers


def neighbours(outlet: DemoOutlet, articles: Sequence[DemoArticle]) -> tuple[Neighbour, ...]:
    """Return what the boxes of that outlet's pages announce."""
    return tuple(
        Neighbour(article.text.title, article.text.lead, article.url, page_date(article.published_at, "slashed"))
        for article in articles
    )


def served_text(outlet: DemoOutlet, text: Text) -> Text:
    """Return the text with the outlet's own ways of writing letters and spaces."""
    change = next((_CHANGES[habit] for habit in outlet.habits if habit in _CHANGES), str)
    title = with_eth(text.title) if "eth" in outlet.habits and text.title.startswith("Đ") else change(text.title)
    return Text(title, change(text.lead), "\n".join(change(line) for line in text.body.split("\n")))


_CHANGES: Mapping[str, Callable[[str], str]] = {"nfd": partly_decomposed, "nbsp": with_nbsp}


def article_page(
    outlet: DemoOutlet, article: DemoArticle, text: Text, others: Sequence[Neighbour], *, edited: bool = False
) -> str:
    """Return the page of one article as that outlet's content system writes it, without any numbering of copies."""
    local = article.published_at.astimezone(VIETNAM)
    style, script = _filler()
    related = [other for other in others if other.url != article.url]
    shown = served_text(outlet, text)
    if outlet.forms:
        return _in_form(outlet, article, shown, related, edited=edited)
    return _template(
        f"{outlet.layout}.html.j2"
    ).render(
        outlet=outlet,
        article=article,
        text=shown,
        lead=f"{article.dateline} {shown.lead}".strip(),
        paragraphs=shown.body.split("\n"),
        copy_here=Markup(COPY_HERE),  # noqa: S704 -- a constant
        shown_date=page_date(article.published_at, outlet.visible),
        iso=local.isoformat(timespec="seconds"),
        bare_iso=f"{local:%Y-%m-%dT%H:%M:%S}",
        updated=page_date(article.published_at + timedelta(minutes=65), "slashed") if edited else "",
        json_ld=_json_ld(outlet, article, shown, local),
        related=related[:6],
        most_read=related[6:12] or related[:4],
        menu=MENU[outlet.language].split("|"),
        comments=COMMENTS[outlet.language],
        style=style,
        script=script,
        site=article.url.split("/", 3)[0] + "//" + article.url.split("/", 3)[2],
    )


def _in_form(outlet: DemoOutlet, article: DemoArticle, text: Text, others: Sequence[Neighbour], *, edited: bool) -> str:
    """The page in the form whose turn it is; nothing is done to sentences, so that the truth of the press holds."""
    style, script = _filler()
    number = zlib.crc32(article.key.partition("+")[0].partition("#")[0].encode())
    around = Around(
        outlet=outlet.name,
        site=article.url.split("/", 3)[0] + "//" + article.url.split("/", 3)[2],
        url=article.url,
        date_form=outlet.visible,
        others=tuple((*others, *others)[:12]),
        updated_at=article.published_at + timedelta(minutes=65) if edited else None,
        bulk=Markup("<style>{}</style><script>{}</script>").format(style, script),
        behind=Markup(COPY_HERE),  # noqa: S704 -- a constant
    )
    made = form(outlet.forms[number % len(outlet.forms)])
    at = article.published_at.astimezone(VIETNAM)
    return markup(made, as_told(article, text), around, at, draw=random.Random(number), plainly=True)


def section_page(
    outlet: DemoOutlet, name: str, listed: Sequence[Neighbour], others: Sequence[Neighbour], site: str
) -> str:
    """Return a section page whose main column lists articles and whose margins list others."""
    style, script = _filler()
    return _template("section.html.j2").render(
        outlet=outlet,
        name=name,
        listed=listed,
        most_read=others[:5],
        menu=MENU[outlet.language].split("|"),
        style=style,
        script=script,
        site=site,
    )


def _json_ld(outlet: DemoOutlet, article: DemoArticle, text: Text, local: datetime) -> Markup:
    """Return the page's JSON-LD block, empty for outlets that write none, malformed for one that cannot."""
    if not {"json_ld", "broken_json_ld"} & set(outlet.habits):
        return Markup("")
    document = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": article.url},
        "headline": text.title,
        "description": text.lead,
        "inLanguage": outlet.language,
        "datePublished": local.isoformat(timespec="seconds"),
        "author": {"@type": "Organization", "name": outlet.name},
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    written = json.dumps(document, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    if "broken_json_ld" in outlet.habits:
        written = written.replace('"headline": "', '"headline": "\n"', 1) + ","
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(written))  # noqa: S704 -- "<" is gone
