"""What visitors do, written to the audit log before they see its result; acts of one moment share a transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from storage import Archive
from storage.people.audit import Act, record

#: what is done in the register, in words
REGISTER: Final[Mapping[str, str]] = {
    "register read": "xem sổ sự việc",
    "matter read": "đọc sự việc",
    "matter opened": "lập sự việc",
    "matter assigned": "giao sự việc",
    "matter answered": "ghi trả lời",
    "matter closed": "kết thúc sự việc",
    "matter passed on": "chuyển sự việc",
    "matter refused": "ghi từ chối trả lời",
    "matter merged": "nhập sự việc",
    "matter changed": "sửa sự việc",
    "matter coverage": "thêm bài vào sự việc",
    "letter file added": "thêm tệp văn bản",
    "letter file opened": "mở tệp văn bản",
    "letter file dropped": "xóa tệp văn bản",
    "letter file refused": "từ chối tệp văn bản",
    "units filled": "lập danh sách đơn vị",
    "press log": "ghi họp báo, giao ban",
    "press log struck": "bỏ mục họp báo, giao ban",
    "unit added": "thêm đơn vị",
    "unit changed": "sửa đơn vị",
    "units imported": "nhập danh sách đơn vị",
    "units refused": "từ chối tệp đơn vị",
    "rule kept": "sửa quy định thời hạn",
    "rule withdrawn": "bỏ quy định thời hạn",
    "day kept": "sửa lịch nghỉ",
    "year confirmed": "xác nhận lịch nghỉ năm",
    "units reminded": "bật nhắc việc cho đơn vị",
    "units not reminded": "tắt nhắc việc cho đơn vị",
    "report made": "lập báo cáo",
    "report read": "xem báo cáo",
    "report exported": "xuất báo cáo",
    "register exported": "xuất sổ sự việc",
    "template kept": "lưu mẫu báo cáo",
    "template dropped": "bỏ mẫu báo cáo",
    "template refused": "từ chối mẫu báo cáo",
}


class ActLog:
    """Writes acts of many requests together: a request waits for its own, the archive is written once for all."""

    def __init__(self, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._archive = archive
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[tuple[Act, Future[None]]] = []
        self._writing = threading.Lock()

    def add(self, act: Act) -> None:
        """Return when the act is in the log. Raises StorageError where it cannot be written: then nothing is shown."""
        done: Future[None] = Future()
        with self._lock:
            self._waiting.append((act, done))
        with self._writing:  # whoever comes first writes for all that wait by then
            with self._lock:
                batch, self._waiting = self._waiting, []
            if batch:
                self._write(batch)
        done.result()

    def _write(self, batch: list[tuple[Act, Future[None]]]) -> None:
        try:
            with self._archive.begin() as db:
                record(db, [act for act, _ in batch], self._clock())
        except BaseException as error:
            for _, done in batch:
                done.set_exception(error)
            return
        for _, done in batch:
            done.set_result(None)
