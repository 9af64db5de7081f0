"""An Excel workbook for people: the articles on one sheet, what was asked and the counts on another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import xlsxwriter

from errors import UsageError
from pipeline.export.about import About, Tally, dated, places
from press import Article

MOST_ROWS: Final = 1_048_575  # of a sheet, below its heading
_MOST_LETTERS: Final = 32_767  # of a cell: a longer one would be left out
_COLUMNS: Final = (
    (("Báo", "Outlet"), 22),
    (("Thời điểm đăng", "Published"), 16),
    (("Tiêu đề", "Headline"), 60),
    (("Sa-pô", "Lead"), 70),
    (("Lĩnh vực", "Topics"), 30),
    (("Sắc thái", "Tone"), 14),
    (("Mức liên quan", "Relevance"), 24),
    (("Địa danh", "Places"), 30),
    (("Ngôn ngữ", "Language"), 10),
    (("Sự kiện số", "Story"), 10),
    (("Đăng lại bài số", "Reprint of"), 14),
    (("Số lần sửa bài", "Changes"), 14),
    (("Bài số", "Article"), 10),
    (("Liên kết", "Link"), 60),
)


def workbook(about: About, articles: Iterable[Article]) -> IO[bytes]:
    """Return the workbook as a temporary file that is read from its start; UsageError for more than a sheet holds."""
    if about.count > MOST_ROWS:
        raise UsageError(f"{about.count} articles are more than a sheet of Excel holds: ask for fewer, or take CSV")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
    # Texts stay texts: neither "=1+1" nor an address is anything else, and only one row is in memory.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"title": about.say(("Tổng hợp tin, bài", "Press clippings")), "comments": about.query})
        sheet = book.add_worksheet(about.say(("Bài báo", "Articles")))
        second = book.add_worksheet(about.say(("Về tệp này", "About")))
        tally = Tally()
        _articles(book, sheet, about, tally.over(articles))
        _about(book, second, about, tally)
    file.seek(0)
    return file


def _articles(book: Any, sheet: Any, about: About, articles: Iterable[Article]) -> None:
    bold, when = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, about.count, len(_COLUMNS) - 1)
    for column, (words, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, about.say(words), bold)
    for row, article in enumerate(articles, 1):
        for column, value in enumerate(_row(about, article)):
            if isinstance(value, str):
                sheet.write_string(row, column, value[:_MOST_LETTERS])
            elif isinstance(value, int):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_datetime(row, column, value, when)


def _row(about: About, article: Article) -> Iterator[Any]:
    yield from (about.outlet(article), dated(article).astimezone(about.zone).replace(tzinfo=None), article.title)
    yield from (article.lead, about.topics(article), about.tone(article.tone), about.relevance(article))
    yield from (places(article), article.language, article.story, article.reprint_of, article.versions - 1)
    yield from (article.id, article.url)


def _about(book: Any, sheet: Any, about: About, tally: Tally) -> None:
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 1, 60)
    rows: list[tuple[str, object]] = [
        (about.say(("Câu tìm", "Query")), about.query or about.say(("(mọi bài)", "(every article)"))),
        (about.say(("Thời điểm xuất", "Exported at")), about.moment(about.made_at)),
        (about.say(("Số bài", "Articles")), about.count),
    ]
    for title, counts in tally.tables(about):
        rows += [("", ""), (title, ""), *counts]
    for row, (name, value) in enumerate(rows):
        sheet.write_string(row, 0, name, None if isinstance(value, int) and row > 2 else bold)
        if isinstance(value, int):
            sheet.write_number(row, 1, value)
        else:
            sheet.write_string(row, 1, str(value)[:_MOST_LETTERS])
