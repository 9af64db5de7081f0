"""The signed one-click link that ends a subscription (RFC 8058): made for a mail, read when it comes back."""

from __future__ import annotations

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection

from errors import Unusable
from pipeline.running.mail import send_notices, tell
from press import Subscription
from settings import Settings
from storage import Archive
from storage.delivery import subscriptions as stored
from storage.facts import secret

SALT = "unsubscribe"


def link(db: Connection, settings: Settings, subscription: Subscription) -> str:
    """Return the address that ends this subscription; it stays valid as long as the archive's secret."""
    token = URLSafeSerializer(secret(db, SALT), salt=SALT).dumps([subscription.id, subscription.email])
    return f"{settings.web.public_url}/unsubscribe?token={token}"


def read(db: Connection, token: str) -> Subscription:
    """Return the subscription a token names; Unusable where it was not signed by this archive or names none."""
    try:
        number, email = URLSafeSerializer(secret(db, SALT), salt=SALT).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Unusable("unsubscribe link", "its signature is not ours; take the link from the mail again") from error
    for subscription in stored.subscriptions(db, active_only=False):
        if (subscription.id, subscription.email) == (number, email):
            return subscription
    raise Unusable("unsubscribe link", "no such subscription")


def end(archive: Archive, settings: Settings, token: str, now: datetime) -> Subscription:
    """End the subscription a token names (again: no effect) and tell the administrator."""
    with archive.begin() as db:
        subscription = read(db, token)
        if subscription.ended_at is not None:
            return subscription
        stored.end_subscription(db, subscription.email, now)
        lines = [
            f"Người nhận {subscription.email} đã bấm dừng nhận thư điểm báo.",
            f"Muốn gửi lại: diembao subscribe {subscription.email}",
        ]
        tell(db, settings, f"Đã dừng gửi điểm báo cho {subscription.email}", lines, now)
    send_notices(archive, settings, now)
    return subscription
