"""What goes out: readers, editions, mails to the operator, saved searches and their mails."""

from storage.delivery import editions, notices, outbox, searches, subscriptions

__all__ = ["editions", "notices", "outbox", "searches", "subscriptions"]
