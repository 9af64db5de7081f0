"""The mails that remind of matters: which ones are new, due soon, due today or late; one mail a recipient. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from digest.plain import shown
from digest.writing.notice import notice

Language = Literal["vi", "en"]
MOST: Final = 40  #: matters a part of a mail names; the rest is a number
_HEADS: Final[Mapping[str, tuple[str, str]]] = {
    "overdue": ("QUÁ HẠN", "OVERDUE"),
    "today": ("ĐẾN HẠN HÔM NAY", "DUE TODAY"),
    "soon": ("SẮP ĐẾN HẠN", "DUE SOON"),
    "assigned": ("MỚI GIAO", "NEWLY ASSIGNED"),
    "late": ("TẤT CẢ SỰ VIỆC ĐANG QUÁ HẠN", "ALL THAT IS OVERDUE"),
}
_COUNTED: Final[Mapping[str, tuple[str, str]]] = {
    "overdue": ("{n} quá hạn", "{n} overdue"),
    "today": ("{n} đến hạn hôm nay", "{n} due today"),
    "soon": ("{n} sắp đến hạn", "{n} due soon"),
    "assigned": ("{n} mới giao", "{n} newly assigned"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One matter in a mail; `page` "" = the recipient cannot open it."""

    number: str
    subject: str
    unit: str
    until: str  #: as people write it, "" = no deadline
    clause: str
    order: str  #: the letter that gave it, "" = none
    page: str = ""


def reminder(
    sender: str,
    recipient: str,
    parts: Mapping[str, Sequence[Item]],
    late: Sequence[Item],
    *,
    issuer: str,
    now: datetime,
    language: Language = "vi",
) -> tuple[str, bytes]:
    """Return subject and bytes of a mail. `parts`: what is told now, by kind; `late`: all that is overdue.

    ValueError where an address is not one.
    """
    second = int(language == "en")
    counted = [
        _COUNTED[kind][second].format(n=len(parts[kind]))
        for kind in ("overdue", "today", "soon", "assigned")
        if parts.get(kind)
    ]
    subject = f"{('Sự việc báo chí phản ánh', 'Matters the press raised')[second]}: {', '.join(counted)}"
    lines = [
        (
            f"{issuer} nhắc việc trả lời các sự việc báo chí phản ánh.",
            f"{issuer} reminds of answers to what the press raised.",
        )[second]
    ]
    told = {kind: parts[kind] for kind in ("overdue", "today", "soon", "assigned") if parts.get(kind)}
    more = [item for item in late if item.number not in {one.number for one in told.get("overdue", ())}]
    if more:
        told["late"] = more
    for kind, items in told.items():
        lines += ["", f"{_HEADS[kind][second]} ({len(items)})"]
        for item in items[:MOST]:
            lines += ["", *_lines(item, second)]
        if len(items) > MOST:
            lines += ["", (f"và {len(items) - MOST} sự việc khác.", f"and {len(items) - MOST} more.")[second]]
    footer = ("Mỗi việc chỉ nhắc một lần cho mỗi hạn.", "Each matter is told of once for each deadline.")[second]
    mail = notice(sender, recipient, subject, [*lines, "", footer], now=now, language=language)
    return subject, mail


def _lines(item: Item, second: int) -> list[str]:
    until = ("hạn", "until")[second]
    said = [f"- {item.number}: {shown(item.subject, 200)}"]
    if item.unit:
        said.append(f"  {item.unit}")
    if item.until:
        said.append(f"  {until} {item.until}{f' ({item.clause})' if item.clause else ''}")
    if item.order:
        said.append(f"  {item.order}")
    return said + ([f"  {item.page}"] if item.page else [])
