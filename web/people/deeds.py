"""The audit log for a person: each kind of act in words, what it was done to as a link, its details in short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from urllib.parse import quote, urlencode

from press import TOPICS
from storage.people.audit import ABOUT_ARTICLES, Entry
from web.site.acts import REGISTER
from web.site.register_words import changes
from web.site.words import RELEVANCES, ROLES, TONES, label, say

#: kinds of acts by what they are about; the order of the filter
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Đọc và tìm": {
        "read": "đọc bài",
        "story read": "đọc sự kiện",
        "searched": "tìm",
        "listed": "lấy danh sách",
        "today read": "xem trang Hôm nay",
        "read edition": "đọc bản tin đã gửi",
        "stored copy read": "xem bản lưu của trang",
        "feed read": "trình đọc tin lấy nguồn cấp",
        "exported": "xuất tệp",
    },
    "Sửa nội dung": {
        "corrected": "sửa nhãn",
        "correction undone": "hoàn tác sửa nhãn",
        "stories merged": "nhập hai sự kiện",
        "story split": "tách sự kiện",
        "story moved": "chuyển bài sang sự kiện khác",
        "story change undone": "hoàn tác ghép, tách sự kiện",
    },
    "Sổ sự việc": REGISTER,
    "Đăng nhập": {
        "login": "đăng nhập",
        "logout": "đăng xuất",
        "login failed": "đăng nhập sai",
        "login refused": "bị chặn đăng nhập vì sai nhiều lần",
        "password wrong": "gõ sai mật khẩu hiện tại",
        "refused": "bị từ chối",
    },
    "Tài khoản và khóa": {
        "invited": "mời người mới",
        "invitation ended": "thu hồi lời mời",
        "account made": "lập tài khoản",
        "password set": "đặt mật khẩu qua liên kết",
        "account role": "đổi vai trò",
        "account end": "khóa tài khoản",
        "account reopen": "mở lại tài khoản",
        "account reset": "cấp liên kết đặt lại mật khẩu",
        "changed own password": "đổi mật khẩu của mình",
        "changed own factor on": "bật xác thực hai lớp",
        "changed own factor off": "tắt xác thực hai lớp",
        "key made": "tạo khóa API",
        "key ended": "hủy khóa API",
        "audit read": "xem nhật ký",
    },
    "Tìm kiếm đã lưu, bản tin, nguồn tin": {
        "search saved": "lưu hoặc sửa tìm kiếm",
        "search ended": "bỏ tìm kiếm đã lưu",
        "subscribed": "thêm hoặc sửa người nhận bản tin",
        "unsubscribed": "dừng một người nhận bản tin",
        "edition resend": "gửi lại bản tin",
        "edition sent": "ghi nhận bản tin đã đến",
        "edition lost": "ghi nhận bản tin đã mất",
        "quarantine retry": "cho thử lại mục đã ngừng",
        "quarantine drop": "bỏ hẳn mục đã ngừng",
    },
}
_SAID: Final = dict(chain.from_iterable(group.items() for group in KINDS.values()))
_STORIES: Final = ("story read", "stories merged", "story split", "story change undone")
_QUERIES: Final = ("searched", "exported", "feed read", "search saved", "search ended")
_FIELDS: Final = {
    **dict.fromkeys(("topic", "topics"), "lĩnh vực"),
    **dict.fromkeys(("place", "places"), "địa danh"),
    "tone": "sắc thái",
    "relevance": "liên quan địa bàn",
}
_ACTS: Final = {"add": "thêm", "remove": "bỏ", "only": "chỉ còn", "set": "đặt"}
_WHY: Final = {
    "no forgery token": "yêu cầu không đến từ trang của Điểm báo",
    "unknown key": "khóa API không có hoặc đã hủy",
    "unknown session": "phiên đăng nhập không có hoặc đã hết",
}
_PLAIN: Final = {
    "total": "{value} bài",
    "count": "{value} bài",
    "format": "tệp {value}",
    "versions": "{value} bản văn",
    "event": "lần đổi số {value}",
    "correction": "lần sửa số {value}",
    "page": "bản lưu số {value}",
    "search": "tìm kiếm số {value}",
    "from": "từ {value}",
    "to": "đến {value}",
    "at": "lúc {value}",
}
_SILENT: Final = ("sort", "after", "run", "feed", "spike", "days", "kind", "counted", "field", "act", "value")


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry as it is shown; `link` "" where there is nothing to lead to."""

    entry: Entry
    kind: str
    target: str
    link: str
    details: str


def deed(entry: Entry, titles: Mapping[int, str], language: str) -> Deed:
    """Return an entry in words; `titles` are those of the articles it may name."""
    target, link = _target(entry, titles)
    return Deed(entry, named(entry.action, language), target, link, " · ".join(_details(entry, language)))


def named(action: str, language: str) -> str:
    """Return a kind of act in words; one that this version does not know stays as it is."""
    return say(language, _SAID[action]) if action in _SAID else action


def articles_of(entries: list[Entry]) -> set[int]:
    """Return the ids of the articles that entries are about."""
    return {int(one.target) for one in entries if one.action in ABOUT_ARTICLES and _is_id(one.target)}


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _target(entry: Entry, titles: Mapping[int, str]) -> tuple[str, str]:
    action, text = entry.action, entry.target
    if action == "read" and text.startswith("story "):  # as the API wrote it once
        return text.removeprefix("story "), f"/stories/{text.removeprefix('story ')}"
    if action in ABOUT_ARTICLES and _is_id(text):
        return titles.get(int(text), text), f"/articles/{text}"
    if action in _STORIES and _is_id(text):
        return text, f"/stories/{text}"
    if action in _QUERIES and text:
        return text, "/search?" + urlencode({"q": text})
    if (action == "read edition" or action.startswith("edition ")) and _is_id(text):
        return text, f"/editions/{text}"
    if action.startswith("quarantine "):
        return text, f"/outlets/{quote(str(entry.details.get('outlet', text)), safe='')}"
    return text, ""


def _details(entry: Entry, language: str) -> Iterator[str]:
    given = entry.details
    if entry.action.startswith("matter "):
        yield from changes(given, language)
        return
    if "field" in given and "value" in given:
        field, act = str(given["field"]), str(given.get("act", ""))
        value = f"{say(language, _ACTS.get(act, act))} {_value(field, given['value'], language)}"
        yield f"{_field(field, language)}: {value.strip()}"
    elif "field" in given:
        yield _field(str(given["field"]), language)
    for name, value in given.items():
        if name in _SILENT or value in (None, "", [], False):
            continue
        if name in _FIELDS:
            yield f"{_field(name, language)}: {_value(name, value, language)}"
        elif name == "why":
            yield _why(str(value), language)
        elif name == "role" and value in ROLES:
            yield ROLES[str(value)][language == "en"]
        elif name in _PLAIN:
            yield say(language, _PLAIN[name], value=value)
        else:
            yield ", ".join(map(str, value)) if isinstance(value, list) else f"{name}: {value}"


def _field(name: str, language: str) -> str:
    return say(language, _FIELDS[name]) if name in _FIELDS else name


def _value(field: str, value: Any, language: str) -> str:
    second = int(language == "en")
    if isinstance(value, list):
        return ", ".join(_value(field, one, language) for one in value)
    if isinstance(value, dict):  # a place
        return str(value.get("name", value))
    if field == "tone":
        known = {"1": 1, "0": 0, "-1": -1, "none": None, "None": None}
        tone = known.get(str(value), str(value))
        return TONES[tone][2 + second] if tone in TONES else str(value)  # type: ignore[index]
    if field == "relevance" and value in RELEVANCES:
        return RELEVANCES[value][second]
    if field in ("topic", "topics") and value in TOPICS:
        return label("topic", value, language)
    return str(value).rpartition("@")[2].rpartition(":")[2]  # of a place: code@valid_from@name, or number:code


def _why(why: str, language: str) -> str:
    for start, said in (("key without scope ", "khóa API thiếu quyền {what}"), ("needs role ", "cần vai trò {what}")):
        if why.startswith(start):
            what = why.removeprefix(start)
            return say(language, said, what=ROLES[what][language == "en"] if what in ROLES else what)
    return say(language, _WHY[why]) if why in _WHY else why
