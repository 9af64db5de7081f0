"""The log: one event a line whatever is logged, no secrets, and everything that logs comes out of one pipe."""

from __future__ import annotations

import json
import logging
import multiprocessing
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import logs
from pipeline.collect import _child

HOSTILE = "tin\n2026 level=error event=forged\r\x1b]0;owned\x07\x1b[2J \u202e\u2028\x9b31m" + "x" * 10_000
FORMATS = ("logfmt", "json", "console")


@pytest.fixture(autouse=True)
def plain_logging() -> Iterator[None]:
    """Take our handler away again, and the levels it set."""
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, logs._Handler)]
    root.setLevel(level)
    logging.captureWarnings(False)
    logging.getLogger("scrapy").setLevel(logging.NOTSET)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    out, err = capsys.readouterr()
    assert out == "", "standard output belongs to what a command prints"
    return err.splitlines()


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_stays_on_its_line_and_moves_no_cursor(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(logs.Setup(form))
    logs.logger().warning("page read", title=HOSTILE, more={HOSTILE: [HOSTILE]}, outlet="vnexpress")
    logging.getLogger("scrapy.core").warning("cannot read %s", HOSTILE)
    found = lines(capsys)
    assert len(found) == 2
    for line in found:
        assert line.isprintable()
        assert len(line) < 4 * logs.LONGEST
    assert "vnexpress" in found[0]
    assert "scrapy.core" in found[1]


def test_a_line_says_when_how_bad_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("json", "logfmt"):
        logs.start(logs.Setup(form))
        logs.logger().error("edition not composed", subscription=7, error='say "no"')
    as_json, as_logfmt = lines(capsys)
    event = json.loads(as_json)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", event.pop("time"))
    assert event == {
        "level": "error",
        "event": "edition not composed",
        "logger": "diembao",
        "subscription": 7,
        "error": 'say "no"',
    }
    assert 'level=error event="edition not composed" logger=diembao subscription=7 error="say \\"no\\""' in as_logfmt


@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_is_never_written(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "mật khẩu/geheim@7"
    setup = logs.Setup(form, (secret,))
    assert secret not in repr(setup)
    logs.start(setup)
    try:
        raise OSError(f"login with {secret} failed")
    except OSError as error:
        logs.logger().exception(f"no {secret}", url="smtp://u:m%E1%BA%ADt%20kh%E1%BA%A9u%2Fgeheim%407@h", error=error)
        logging.getLogger("uvicorn.error").error("%s", {"password": secret}, exc_info=True)
    logs.logger().info(
        "asked", url="http://digest:unknown@proxy.vn:3128/", link="https://h/unsubscribe?token=abc.d-e_f"
    )
    text = "\n".join(lines(capsys))
    assert "OSError" in text
    for hidden in (secret, "geheim", "unknown@", "abc.d"):
        assert hidden not in text
    assert "proxy.vn:3128" in text


def test_a_traceback_is_a_field_of_its_event_and_a_terminal_gets_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    for form, count in (("json", 1), ("logfmt", 1), ("console", 5)):
        logs.start(logs.Setup(form))
        try:
            raise ValueError("first\nlevel=error event=forged \x1b[2J")
        except ValueError:
            logs.logger().exception("broke")
        found = lines(capsys)
        assert len(found) >= count
        assert all(line.isprintable() for line in found)
        if form == "console":
            assert all(line.startswith("    ") for line in found[1:]), (
                "a line of a traceback must not pass for an event"
            )
        else:
            assert len(found) == 1


def test_warnings_and_libraries_take_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(logs.Setup("json"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # what an earlier test began, whose block has ended
        logging.captureWarnings(True)
        warnings.warn("this is old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    logging.getLogger("apscheduler.executors.default").warning("missed by %s", "0:00:05")
    logging.getLogger("scrapy").setLevel(logging.DEBUG)  # as scrapy itself does in a crawl
    logging.getLogger("scrapy.core.engine").info("too much to tell")
    logging.getLogger("twisted").warning("Unhandled error")
    events = [json.loads(line) for line in lines(capsys)]
    assert [event["logger"] for event in events] == ["py.warnings", "apscheduler.executors.default"]
    assert "this is old" in events[0]["event"]
    assert events[1]["event"] == "missed by 0:00:05"


def test_starting_again_leaves_one_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(logs.Setup())
    logs.start(logs.Setup("json"))
    assert logs.current() == logs.Setup("json")
    logs.logger().info("once")
    assert len(lines(capsys)) == 1


def test_the_child_that_crawls_logs_as_its_parent_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    setup = logs.Setup("json", ("NoneType",))
    args = (None, f"sqlite:///{tmp_path / 'a.db'}", theirs, setup)  # no job: a bug, as far as the child can tell
    child = multiprocessing.get_context("spawn").Process(target=_child, args=args)
    child.start()
    theirs.close()
    child.join(60)
    ours.close()
    assert child.exitcode == 1
    (line,) = capfd.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["level"], event["event"]) == ("error", "the collector broke")
    assert "***" in event["exception"]
    assert "NoneType" not in line
