"""`python -m demo.forms`: the forms there are; `python -m demo.forms NAME [SEED]`: a page, and the truth of it."""

from __future__ import annotations

import sys

from demo.forms.catalogue import forms
from demo.forms.generator import page


def main() -> None:
    """Print the list of forms, or one page to stdout and its truth to stderr."""
    if len(sys.argv) < 2:
        for one in forms():
            print(f"{one.name:<24} {one.language}  {one.after}")
        return
    made = page(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(made.html)
    when = made.published_at.isoformat() if made.published_at else "no date"
    print(made.url, when, made.title, made.lead, *made.lines, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
