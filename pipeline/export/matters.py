"""The register's list as CSV for spreadsheets: a matter a row, no cell that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from pipeline.export.comma import plain

#: The contract's names of a matter; of its deadlines the one that applies, of its coverage the first report.
COLUMNS: Final = (
    *("number", "subject", "state", "overdue", "kind", "field", "places", "received", "opened", "lead", "with"),
    *("until", "clause", "articles", "first_outlet", "first_published", "first_url", "answered", "answer_letter"),
    *("outlet_after", "result", "ground", "passed_to", "merged_into"),
)


def table(matters: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the file of matters as `pipeline.register.show.rows` gives them; ISO 8601, UTF-8 with mark."""
    text = io.StringIO(newline="")
    write = csv.writer(text).writerow
    text.write("\ufeff")
    write(COLUMNS)
    for matter in matters:
        write([plain(value) for value in _row(matter)])
    return text.getvalue().encode(errors="replace")


def _row(matter: Mapping[str, Any]) -> list[object]:
    term: Mapping[str, Any] = next((one for one in matter["deadlines"] if one["applies"]), {})
    first: Mapping[str, Any] = next(iter(matter["articles"]), {})
    answer, after = matter["answer"] or {}, matter["outlet_after"] or {}
    said = {
        **matter,
        "places": "; ".join(matter["places"]),
        "lead": matter["units"]["lead"],
        "with": "; ".join(matter["units"]["with"]),
        "until": term.get("until"),
        "clause": term.get("clause"),
        "articles": len(matter["articles"]),
        "first_outlet": first.get("outlet"),
        "first_published": first.get("published_at"),
        "first_url": first.get("url"),
        "answered": answer.get("at"),
        "answer_letter": answer.get("letter"),
        "outlet_after": after.get("what"),
    }
    return [_cell(said[name]) for name in COLUMNS]


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else int(value) if isinstance(value, bool) else value
