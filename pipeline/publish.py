"""Publish: one edition per due subscription, composed, claimed, really sent, and recorded at every step.

A kill before the mark "sending" costs nothing: the edition is sent by the next publish. A kill after it leaves
`unknown`, which a person settles; the next edition then begins where the last surely delivered one ended.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

import logs
from digest.choosing.compose import compose
from digest.model import Request
from digest.sending.send import send
from digest.writing.render import render
from errors import DeliveryError, DeliveryUncertain, StorageError
from pipeline.figures import area, owed, told
from pipeline.running import clock, due, unsubscribe
from pipeline.running import outlets as chosen_outlets
from pipeline.running.counts import Counts, Progress, never_stop, silent
from pipeline.running.due import Period
from pipeline.running.mail import send_notices, server_of, tell, tell_now
from pipeline.running.runs import recorded
from press import Edition, Subscription
from settings import Settings
from storage import Archive, collecting, coverage, delivery
from storage.delivery.editions import Composed
from storage.facts import drop_fact, get_fact, set_fact
from storage.upkeep.runs import last_runs

LOG = logs.logger()
LOCK_WAIT = 60.0
REMEMBERED = 30  # editions a reader's delivered articles are taken from
OUTAGES = 3  # mails in a row that the server itself let down: then the rest waits, a silent server costs 30 s each
CLOCK = "clock_wrong_since"  # the operator knows that the clock is ahead
REFUSED = "mail_refused_since"  # the operator knows that a mail server refuses us
#: What a reply about us asks of the operator, by its kind; what passes by itself ("server") is not told.
OURS = {
    "listed": "Địa chỉ mạng hoặc tên miền của ta bị chặn: xin gỡ ở nơi câu trên nêu, hoặc gửi qua nhà cung cấp khác.",
    "identity": "Máy chủ không tin người gửi: kiểm tra SPF, DKIM, DMARC và PTR của tên miền trong [mail] from.",
    "limit": "Đã gửi đủ số thư máy chủ cho phép: phần còn lại tự gửi sau; nếu ngày nào cũng vậy thì xin nâng hạn mức.",
    "relay": "Máy chủ không chuyển thư giúp ta: kiểm tra [mail] host, user và mật khẩu.",
    "sender": "Máy chủ không nhận người gửi: kiểm tra [mail] from, user và mật khẩu.",
    "policy": "Máy chủ từ chối theo chính sách của họ: hỏi nơi quản trị máy chủ ấy.",
}
ABOUT_MAIL = {
    "large": "thư quá lớn với máy chủ, kể cả khi chỉ còn phần chữ; xin nâng giới hạn dung lượng ở máy chủ thư.",
    "content": "máy chủ không nhận nội dung; xin hỏi nơi quản trị máy chủ ấy.",
}
RETRY = (timedelta(0), timedelta(0), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))


def publish(
    archive: Archive,
    settings: Settings,
    now: datetime,
    *,
    progress: Progress = silent,
    should_stop: Callable[[], bool] = never_stop,
) -> Counts:
    """Send what is due by `now`. Raises DeliveryError where nothing at all could be sent: it is tried again."""
    with archive.lock("publish", LOCK_WAIT), recorded(archive, "publish", now) as counts:
        if why := _held(archive, settings, now):
            counts.extra |= {"sent": 0, "failed": 0, "unknown": 0, "held": why}
            return counts
        with archive.begin() as db:
            lost = delivery.editions.recover(db, now)
            _tell_unknown(db, settings, lost, now)
            readers = {reader.id: reader for reader in delivery.subscriptions.subscriptions(db)}
        for reader in readers.values():
            if should_stop():
                break
            try:
                with archive.begin() as db:
                    _compose_due(db, settings, reader, now)
            except StorageError as error:  # a clock that was set back, say: one reader never stops the rest
                LOG.error("edition not composed", subscription=reader.id, error=str(error))
        with archive.read() as db:
            waiting = [edition for edition in delivery.editions.claimable(db, now) if edition.subscription in readers]
        counts.due = len(waiting)
        counts.extra |= {"sent": 0, "failed": 0, "unknown": len(lost)}
        waits: list[DeliveryError] = []
        refused: DeliveryError | None = None
        outages = 0
        for edition in waiting:
            if should_stop() or outages >= OUTAGES:
                break
            wait = deliver(archive, settings, edition, readers[edition.subscription].email, now, counts, should_stop)
            waits += [wait] if wait else []
            refused = wait if wait and wait.kind in OURS else refused
            outages = outages + 1 if wait and wait.everybody else 0
            progress("publish", counts.done + counts.later + counts.never, counts.due)
        _tell_ours(archive, settings, refused, now, sent=bool(counts.extra["sent"]))
        send_notices(archive, settings, now, should_stop=should_stop)
        if waits and not counts.extra["sent"]:
            raise DeliveryError(f"no edition could be sent: {waits[0]}; nothing is lost, publish tries again")
    return counts


def _held(archive: Archive, settings: Settings, now: datetime) -> str:
    """Return why nothing is sent now, "" where the clock is right; tells the operator once when that begins."""
    with archive.read() as db:
        collected = next(iter(last_runs(db, "collect", 1)), None)
        why = clock.wrong(collected, now)
        since = get_fact(db, CLOCK)
    if why and since is None:
        LOG.error("no edition is sent", reason=why)
        lines = [
            clock.wrong(collected, now, vietnamese=True),
            "Xin chỉnh lại đồng hồ của máy chạy Điểm báo (NTP).",
            "Trong lúc ấy không gửi bản tin nào; giờ đúng lại là tự gửi, không mất gì.",
        ]
        subject = "Điểm báo: đồng hồ máy sai, tạm dừng gửi bản tin"
        tell_now(archive, settings, subject, lines, now, lambda db: set_fact(db, CLOCK, now.isoformat()))
    elif not why and since is not None:
        with archive.begin() as db:
            drop_fact(db, CLOCK)
        LOG.info("the clock is right again, editions are sent")
    return why


def _compose_due(db: Connection, settings: Settings, reader: Subscription, now: datetime) -> None:
    """Enter the reader's edition in the ledger, where one is due that is not there yet."""
    last = delivery.editions.last_sent(db, reader.id, now)
    period = due.period(reader, last.period_end if last else None, now, settings.digest.timezone)
    if period is None or delivery.editions.find_edition(db, reader.id, period.end):
        return
    request = _request(db, settings, reader, period, last, now)
    digest = compose(request)
    message = render(
        digest,
        sender=settings.mail.sender,
        unsubscribe_url=unsubscribe.link(db, settings, reader),
        operator=settings.operator.email,
    )
    story_of = {article.id: article.story for article in request.articles}
    mail = Composed(
        subscription=reader.id,
        period_start=period.start,
        period_end=period.end,
        message_id=message["Message-ID"],
        subject=digest.subject,
        message=bytes(message),
        articles=tuple((article, story_of.get(article)) for article in digest.articles),
        basis={
            "area": settings.area.province,
            "candidates": len(request.articles),
            "newest": coverage.articles.newest_id(db),
            "models": sorted({article.model for article in request.articles}),
        },
    )
    delivery.editions.compose_edition(db, mail, now)


def _request(
    db: Connection, settings: Settings, reader: Subscription, period: Period, last: Edition | None, now: datetime
) -> Request:
    articles = told.candidates(db, period)
    story_ids = sorted({article.story for article in articles if article.story is not None})
    in_use = chosen_outlets.in_use(settings)
    delivered = delivery.editions.editions(db, subscription=reader.id, state="sent", limit=REMEMBERED)
    return Request(
        subscription=reader,
        start=period.start,
        end=period.end,
        articles=articles,
        stories=coverage.stories.stories(db, ids=story_ids),
        outlets={slug: outlet.name for slug, outlet in chosen_outlets.known(settings).items()},
        delivered=frozenset(article for edition in delivered for article in edition.articles),
        coverage=collecting.outlets.health(db, in_use, now),
        numbers=told.numbers(db, settings, period),
        area=area.label(settings, reader.language),
        timezone=settings.digest.timezone,
        now=now,
        last_seen=delivery.editions.basis(db, last.id).get("newest", 0) if last else None,
        archive_url=settings.web.archive_url,
        operator=settings.operator.email,
        matters=owed.matters(db, settings, period),
    )


class _HandedBack(Exception):
    """We are to stop, and nothing of the mail has gone out."""


def deliver(
    archive: Archive,
    settings: Settings,
    edition: Edition,
    email: str,
    now: datetime,
    counts: Counts,
    should_stop: Callable[[], bool] = never_stop,
) -> DeliveryError | None:
    """Send one edition, step by step of the ledger; returns why it is to be tried again, None otherwise.

    The caller holds the lock of `publish`.
    """
    who = f"{socket.gethostname()}:{os.getpid()}"
    with archive.begin() as db:
        if not delivery.editions.claim(db, edition.id, who, now):
            return None

    def started() -> None:
        if should_stop():
            raise _HandedBack
        with archive.begin() as db:
            if not delivery.editions.sending(db, edition.id, who, now):
                raise DeliveryError("the claim was lost to another publish")

    try:
        whole = send(
            edition.message,
            sender=settings.mail.sender,
            recipient=email,
            server=server_of(settings),
            on_data=started,
        )
    except _HandedBack:
        with archive.begin() as db:
            delivery.editions.hand_back(db, edition.id, who)
        return None
    except DeliveryUncertain as error:
        with archive.begin() as db:
            delivery.editions.uncertain(db, edition.id, str(error))
            _tell_unknown(db, settings, [edition], now)
        _count(counts, "never", "unknown")
        return None
    except DeliveryError as error:
        wait = RETRY[min(edition.attempts, len(RETRY) - 1)]
        with archive.begin() as db:
            delivery.editions.failed(db, edition.id, str(error), permanent=error.permanent, next_try=now + wait)
            if error.permanent:
                _tell_refused(db, settings, edition, email, error, now)
        _count(counts, "never" if error.permanent else "later", "failed")
        return None if error.permanent else error
    with archive.begin() as db:
        delivery.editions.sent(db, edition.id, now)
    if not whole:
        LOG.warning("edition too large for the mail server, sent as plain text", edition=edition.id)
    _count(counts, "done", "sent")
    return None


def _count(counts: Counts, outcome: str, state: str) -> None:
    counts.add(outcome)
    counts.tick(state)


def _tell_ours(
    archive: Archive, settings: Settings, refused: DeliveryError | None, now: datetime, *, sent: bool
) -> None:
    """Tell the operator that a mail server refuses us: once, until a run goes by without it."""
    with archive.begin() as db:
        if refused is None:
            if sent:
                drop_fact(db, REFUSED)
            return
        if get_fact(db, REFUSED) is not None:
            return
        lines = [
            f"Máy chủ thư từ chối thư của chúng ta, không phải vì một người nhận: {refused}",
            OURS[refused.kind],
            "Không mất gì: các bản điểm báo còn đợi và tự gửi lại. Thử cách gửi: diembao mail-test ĐỊA-CHỈ",
        ]
        set_fact(db, REFUSED, now.isoformat())
        tell(db, settings, "Điểm báo: máy chủ thư từ chối chúng ta", lines, now)


def _tell_refused(
    db: Connection, settings: Settings, edition: Edition, email: str, error: DeliveryError, now: datetime
) -> None:
    lines = [
        f"Máy chủ thư từ chối bản điểm báo số {edition.id} gửi tới {email}: {error}",
        "Bản này không tự gửi lại nữa; bản kế tiếp sẽ kể cả những tin trong đó.",
    ]
    if error.kind in ("large", "content"):
        lines += [
            "Lỗi nằm ở bản thư, không ở địa chỉ: " + ABOUT_MAIL[error.kind],
            f"Sửa xong, cần bản này ngay: diembao edition resend {edition.id}",
        ]
    else:
        lines += [
            f"Nếu hộp thư đã dùng lại được và cần bản này ngay: diembao edition resend {edition.id}",
            f"Nếu địa chỉ không còn dùng: diembao unsubscribe {email}",
        ]
    tell(db, settings, f"Điểm báo: không gửi được tới {email}", lines, now)


def _tell_unknown(db: Connection, settings: Settings, editions: list[Edition], now: datetime) -> None:
    if not editions:
        return
    first = editions[0].id
    lines = [
        "Chương trình dừng đúng lúc đang gửi, nên không biết các bản điểm báo sau đã tới người nhận hay chưa:",
        *(f"• bản số {edition.id}: {edition.subject}" for edition in editions),
        "Các bản này không tự gửi lại; tin trong đó sẽ được kể lại ở bản kế tiếp. Xin hỏi người nhận, rồi chọn:",
        f"• đã nhận được: diembao edition close {first} --sent",
        f"• chưa nhận được, cần ngay: diembao edition resend {first}",
        f"• chưa nhận được, đợi bản kế tiếp: diembao edition close {first} --lost",
        "Danh sách: diembao editions",
    ]
    tell(db, settings, f"Điểm báo: {len(editions)} bản chưa rõ đã gửi hay chưa", lines, now)
