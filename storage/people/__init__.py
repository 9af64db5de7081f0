"""Who may use the archive, and what they did."""

from storage.people import accounts, audit

__all__ = ["accounts", "audit"]
