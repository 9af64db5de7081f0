"""What an analyst sees, and what mails link to."""

from web.app import make_app

__all__ = ["make_app"]
