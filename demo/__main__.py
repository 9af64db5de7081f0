"""Serve the demo press for another process: prints the outlets' addresses as JSON, ends when its input is closed."""

from __future__ import annotations

import json
import signal
import sys
from datetime import datetime

from demo.press import Press
from demo.truth.truth import outlets


def main() -> None:
    """Serve as told: anchor, port, and what else a press is given, as JSON."""
    anchor, port, told = sys.argv[1:4]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this ends it
    with Press(datetime.fromisoformat(anchor), int(port), **json.loads(told)) as press:
        print(json.dumps({outlet.slug: press.base_url(outlet.slug) for outlet in outlets()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
