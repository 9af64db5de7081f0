"""Logs: one event a line on standard error, ids instead of texts; no secret and no hostile letter gets through.

`start` once in each process; a child process is started with what `current` answers in its parent. Everything that
logs through Python's own logging (scrapy, apscheduler, uvicorn, warnings) comes out of the same pipe.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

if TYPE_CHECKING:
    import structlog.stdlib

Event = MutableMapping[str, Any]
LONGEST = 4_000  # letters of one value: a page may put megabytes into an error
HIDDEN = "***"
OURS = "diembao"
SILENT = ("twisted", "trafilatura", "htmldate", "mail")  # what they warn of are outcomes that we record ourselves
_LOGIN = re.compile(r"(://[^\s/@:]*):[^\s/@]*@")
_TOKEN = re.compile(r"\b(token=)[\w.~%-]+")


@dataclass(frozen=True, slots=True)
class Setup:
    """How a process logs: `format` is auto, console, logfmt or json; `secrets` are values that never appear."""

    format: str = "auto"
    secrets: tuple[str, ...] = field(default=(), repr=False)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now; remembers its set-up for child processes."""

    def __init__(self, setup: Setup) -> None:
        logging.Handler.__init__(self)
        self.setup = setup
        self.setFormatter(_Formatter(setup))
        self.addFilter(_wanted)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Return standard error."""
        return sys.stderr


def _wanted(record: logging.LogRecord) -> bool:
    """Let through our events, what libraries warn of, and what the silent ones call an error.

    Here and not by the levels of loggers: scrapy sets those of its own when a crawl begins.
    """
    name = record.name.partition(".")[0]
    least = logging.INFO if name == OURS else logging.ERROR if name in SILENT else logging.WARNING
    return record.levelno >= least


class _Formatter(logging.Formatter):
    """Makes lines with structlog, which is loaded with the first of them: most commands never log."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self.setup = setup

    def format(self, record: logging.LogRecord) -> str:
        return self._lines.format(record)

    @cached_property
    def _lines(self) -> logging.Formatter:
        import structlog
        from structlog.stdlib import ProcessorFormatter

        wanted, terminal = self.setup.format, sys.stderr.isatty()
        if wanted == "auto":
            wanted = "console" if terminal else "logfmt"
        renderer: Any = {
            "json": structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            "logfmt": structlog.processors.LogfmtRenderer(),
            "console": structlog.dev.ConsoleRenderer(colors=terminal, sort_keys=False, timestamp_key="time"),
        }[wanted]
        clean = _Clean(self.setup.secrets, lines=wanted == "console")
        chain = [structlog.processors.format_exc_info, _ordered, clean, renderer]
        return ProcessorFormatter(processors=chain)


def start(setup: Setup) -> None:
    """Log in this process as `setup` says from now on; may be called again when more is known."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(handler)
    root.addHandler(_Handler(setup))
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)


def current() -> Setup | None:
    """Return how this process logs; None where nobody started it."""
    found = (handler.setup for handler in logging.getLogger().handlers if isinstance(handler, _Handler))
    return next(found, None)


def follow(setup: Setup | None) -> None:
    """Log in a child process as its parent does."""
    if setup is not None:
        start(setup)


def logger(name: str = OURS) -> structlog.stdlib.BoundLogger:
    """Return a logger of events: `log.info("what happened", edition=12)`."""
    import structlog
    from structlog.stdlib import BoundLogger, ProcessorFormatter

    wrap = ProcessorFormatter.wrap_for_formatter
    made: BoundLogger = structlog.wrap_logger(logging.getLogger(name), [wrap], BoundLogger, context_class=dict)
    return made


def _ordered(_: object, method: str, event: Event) -> Event:
    """Put time, level, event and logger first, and drop what is the formatter's own."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    first = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": event.pop("event", ""),
        "logger": record.name,
    }
    return {**first, **event}


class _Clean:
    """Takes secrets, control characters and excess length out of every value."""

    def __init__(self, secrets: tuple[str, ...], *, lines: bool) -> None:
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), repr(secret)[1:-1])}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None
        self._lines = lines

    def __call__(self, _: object, method: str, event: Event) -> Event:
        cleaned = {key: self._value(value) for key, value in event.items()}
        if self._lines and "exception" in event:  # a person's terminal: a traceback keeps its lines, set in
            lines = str(event["exception"]).splitlines()
            cleaned["exception"] = "\n".join(f"    {self._text(line)}" for line in lines)
        return cleaned

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._text(str(key)): self._value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        return self._text(value.isoformat() if isinstance(value, datetime) else str(value))

    def _text(self, text: str) -> str:
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        text = _TOKEN.sub(rf"\1{HIDDEN}", _LOGIN.sub(rf"\1:{HIDDEN}@", text))
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
        return text if text.isprintable() else "".join(map(_printable, text))


def _printable(letter: str) -> str:
    """Return a letter, or the escape of one that could begin a line, move the cursor or turn the text around."""
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
