"""Serve the demo press for another process: prints the outlets' addresses as JSON, ends when its input is closed."""

from __future__ import annotations

import json
import signal
import sys
from datetime import datetime

from demo.press import Press
from demo.truth import outlets


def main() -> None:
    """Serve as told: anchor, port, copies, troubles (0 or 1)."""
    anchor, port, copies, troubles = sys.argv[1:5]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    with Press(datetime.fromisoformat(anchor), int(port), copies=int(copies), troubles=troubles == "1") as press:
        print(json.dumps({outlet.slug: press.base_url(outlet.slug) for outlet in outlets()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
