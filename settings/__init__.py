"""What an operator sets: settings.toml, the only file to edit, as one frozen value."""

from settings.checks import clock_time
from settings.reading import DEFAULT_FILE, FILE_VARIABLE, load, parse
from settings.sections import VIETNAM, Analysis, Area, Crawl, Mail, Operator, Retention, Settings, Storage

__all__ = [
    "DEFAULT_FILE",
    "FILE_VARIABLE",
    "VIETNAM",
    "Analysis",
    "Area",
    "Crawl",
    "Mail",
    "Operator",
    "Retention",
    "Settings",
    "Storage",
    "clock_time",
    "load",
    "parse",
]
