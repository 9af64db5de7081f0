"""The register: what the press raised, which unit answers by when, and what came of it."""

from storage.register import covered, files, follow, law, lists, matters, press_log, reminders, reports, units

__all__ = ["covered", "files", "follow", "law", "lists", "matters", "press_log", "reminders", "reports", "units"]
