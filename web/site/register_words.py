"""The words of the register for a person, Vietnamese and English: states, forms, letters, units, what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from press.dates import VIETNAM
from web.site.words import label

#: code -> (Vietnamese, English)
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("mới", "new"),
    "assigned": ("đã giao", "assigned"),
    "in_progress": ("đang xử lý", "in progress"),
    "answered": ("đã trả lời", "answered"),
    "done": ("đã xong", "done"),
    "passed_on": ("đã chuyển đơn vị khác", "passed on"),
    "refused": ("từ chối trả lời", "refused"),
    "merged": ("nhập vào sự việc khác", "merged"),
}
FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "conference": ("họp báo", "press conference"),
    "portal": ("cổng thông tin, kênh chính thức", "portal or official channels"),
    "interview": ("phát ngôn, trả lời phỏng vấn", "statement or interview"),
    "written": ("thông cáo, văn bản, thư điện tử", "press release, written answer or e-mail"),
    "talks": ("trao đổi, giao ban báo chí", "talks or giao ban"),
}
LETTERS: Final[Mapping[str, tuple[str, str]]] = {
    "request": ("văn bản yêu cầu của báo", "request of the outlet"),
    "forwarded": ("văn bản báo chuyển đến", "forwarded by the outlet"),
    "order": ("văn bản giao", "letter of assignment"),
    "answer": ("văn bản trả lời", "letter of answer"),
    "other": ("văn bản khác", "other letter"),
}
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "department": ("sở, ban, ngành", "department"),
    "commune": ("xã, phường, đặc khu", "commune"),
    "vertical": ("cơ quan ngành dọc", "vertical agency"),
    "other": ("khác", "other"),
}
AFTER: Final[Mapping[str, tuple[str, str]]] = {
    "": ("chưa ghi", "not noted"),
    "published": ("đã đăng, phát trả lời", "published the answer"),
    "corrected": ("đã cải chính", "corrected"),
}
LOGS: Final[Mapping[str, tuple[str, str]]] = {
    "conference": ("họp báo", "press conference"),
    "giao_ban": ("giao ban báo chí", "giao ban"),
}
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "subject": ("sự việc", "subject"),
    "kind": ("loại việc", "kind"),
    "field": ("lĩnh vực", "field"),
    "places": ("địa bàn", "places"),
    "state": ("trạng thái", "state"),
    "received_at": ("mốc tính hạn", "start of the clock"),
    "until": ("hạn theo văn bản", "deadline by letter"),
    "lead": ("đơn vị chủ trì", "lead unit"),
    "others": ("đơn vị phối hợp", "co-operating units"),
    "answered_at": ("trả lời lúc", "answered at"),
    "answer_letter": ("số văn bản trả lời", "number of the answer"),
    "answer_date": ("ngày văn bản trả lời", "date of the answer"),
    "answer_form": ("hình thức trả lời", "form of the answer"),
    "answer_to": ("nơi nhận trả lời", "answered to"),
    "outlet_after": ("việc báo đã làm", "what the outlet did"),
    "outlet_after_on": ("ngày báo đã làm", "when the outlet did"),
    "result": ("kết quả", "result"),
    "ground": ("lý do từ chối", "ground"),
    "passed_to": ("chuyển đến", "passed to"),
    "merged_into": ("nhập vào", "merged into"),
    "name": ("tên", "name"),
    "email": ("thư điện tử", "e-mail"),
    "code": ("mã", "code"),
    "valid_from": ("từ ngày", "from"),
    "valid_to": ("đến ngày", "to"),
    "successor": ("nhập vào đơn vị số", "merged into unit"),
}
_CODES: Final = {"state": STATES, "answer_form": FORMS, "outlet_after": AFTER}


def said(words: Mapping[str, tuple[str, str]], code: str, language: str) -> str:
    """Return a code in words; one that nobody knows stays as it is."""
    return words[code][language == "en"] if code in words else code


def changes(details: Mapping[str, Any], language: str, kinds: Mapping[str, str] | None = None) -> Iterator[str]:
    """Give each change of an entry of the log in words: what, from, to; `kinds` are the words for codes of rules."""
    told = details.get("changes")
    for name, pair in told.items() if isinstance(told, dict) else ():
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        old, new = (_value(name, one, language) for one in pair)
        if name == "kind" and kinds:
            old, new = kinds.get(old, old), kinds.get(new, new)
        if old != new:
            yield f"{said(COLUMNS, name, language)}: {f'{old} → ' if old else ''}{new or '—'}"
    if isinstance(letter := details.get("letter"), dict):
        day = letter.get("date") and f"{date.fromisoformat(letter['date']):%d/%m/%Y}"
        words = ", ".join(filter(None, (letter.get("number"), day)))
        yield f"{said(LETTERS, str(letter.get('kind')), language)}: {words or '—'}"


def _value(name: str, value: Any, language: str) -> str:
    if value in (None, "", []):
        return ""
    if name in _CODES:
        return said(_CODES[name], str(value), language)
    if name == "field":
        return label("topic", str(value), language)
    if name in ("received_at", "until", "answered_at"):
        at = datetime.fromisoformat(str(value)).astimezone(VIETNAM)
        return f"{at.day} {at:%b %Y, %H:%M}" if language == "en" else f"{at:%H:%M}, {at.day}/{at.month}/{at.year}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
