"""The errors of the product: one root, each carrying its identifiers and its cause."""

from __future__ import annotations

from datetime import datetime


class DiemBaoError(Exception):
    """Root of all errors we raise on purpose; `str()` is one clear line for a person."""


class UsageError(DiemBaoError):
    """The command was called with an argument that cannot be: exit code 2."""


class SettingsError(DiemBaoError):
    """The settings cannot be used: names the file, the key, the line where known, and how to mend it."""


class RetryLater(DiemBaoError):
    """This item cannot be done now; `at` says when to try again."""

    def __init__(self, reason: str, at: datetime) -> None:
        super().__init__(reason)
        self.at = at


class Unusable(DiemBaoError):
    """This item can never be done: it is quarantined with the reason."""

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject = subject
        self.reason = reason


class NotArticle(Unusable):
    """The page can be read and is no article: a list, an error page, a wall; the reason names which."""


class StorageError(DiemBaoError):
    """The archive cannot be opened, read or written; says what to do."""


class Conflict(StorageError):
    """What was asked for does not fit what the archive holds by now; nothing was done, and the archive is well."""


class DeliveryError(DiemBaoError):
    """A mail was not accepted; `permanent` tells a refusal of this mail (5xx) from an outage.

    `everybody`: it is the server or the settings, so that any other mail would fare the same. `kind`: what a reply of
    the server is about (`digest.sending.replies.FAULTS`), "" where it is no reply.
    """

    def __init__(self, reason: str, *, permanent: bool = False, everybody: bool = False, kind: str = "") -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.everybody = everybody
        self.kind = kind


class DeliveryUncertain(DeliveryError):
    """The server broke off after it had begun to take the mail: it may or may not have gone out."""
