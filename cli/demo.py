"""The demo press from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.common import Commands, add_command, now_of
from cli.progress import bars


def add_commands(commands: Commands) -> None:
    """Add `demo` and `press`."""
    add_command(
        commands,
        "demo",
        demo,
        "run the whole job against the demo press, once",
        "Serves a small press on loopback, collects, analyses, groups, and really sends a digest over SMTP to a local\n"
        "catcher. Leaves demo-out/digest.eml and demo-out/digest.html in the current folder.",
    )
    command = add_command(
        commands,
        "press",
        press,
        "serve the demo press until stopped",
        "Writes a settings file that points at it, with its own archive next to it.",
    )
    command.add_argument("--port", type=int, required=True, metavar="N")
    command.add_argument("--settings-out", type=Path, required=True, metavar="FILE")


def demo(args: argparse.Namespace) -> int:
    """Run the demo and print what happened."""
    import pipeline.demo

    with bars() as progress:
        told = pipeline.demo.run(Path.cwd() / "demo-out", now_of(args), progress)
    print(told)
    return 0


def press(args: argparse.Namespace) -> int:
    """Serve the press."""
    from demo.press import serve_forever

    serve_forever(args.port, args.settings_out, now_of(args))
    return 0
