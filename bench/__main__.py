"""`python -m bench CASE [--json]`: run one case, or all of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench import Figure, analyse, collect, extract, national_day, net, prescreen, search, segment, stories, tag, web

CASES: Mapping[str, tuple[Callable[[int], Figure], int, str]] = {
    "collect": (collect.run, 10, "pages/s of a whole collect against a bare Scrapy download of the same pages"),
    "analyse": (analyse.run, 4, "articles/s of the whole analyse against trafilatura + underthesea alone"),
    "extract": (extract.run, 1, "pages/s read by a recipe against trafilatura's extraction with metadata"),
    "prescreen": (prescreen.run, 1, "pages/s searched for names of the area against lxml's text and a plain search"),
    "segment": (segment.run, 500, "articles/s cut into words against underthesea, on articles not seen before"),
    "tag": (tag.run, 500, "articles/s judged whole against underthesea's words alone"),
    "search": (search.run, 20_000, "ms a query with facets and bars, p95 of 200, against FTS5; less is better"),
    "web": (web.run, 20_000, "ms a search page for 50 analysts at once, p95, against the index alone; less is better"),
    "stories": (stories.run, 3000, "articles/s grouped one by one against scikit-learn's all pairs at once"),
    "national_day": (
        national_day.run,
        50_000,
        "pages/s of a whole day's press, pages to stories, against the bare libraries",
    ),
}


def main() -> int:
    """Run what is asked for and print one line (or JSON object) a case."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ours against the bare library, same run.")
    parser.add_argument("case", nargs="*", choices=[*CASES, []], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--all", action="store_true", help="every case")
    parser.add_argument("--list", action="store_true", help="list the cases")
    parser.add_argument(
        "--n",
        "--copies",
        type=int,
        dest="size",
        help="size: articles, or how often the demo press serves each of its own",
    )
    parser.add_argument("--archive", type=Path, help="search, web: a folder to make the archive in, or to find it made")
    parser.add_argument("--keep", choices=("area", "all"), default="area", help="national_day: [analysis] keep")
    parser.add_argument("--recipes-of", type=int, default=60, metavar="N", help="national_day: outlets with a recipe")
    parser.add_argument("--recipes", action="store_true", help="analyse: every outlet of the press carries a recipe")
    parser.add_argument("--net", action="store_true", help="analyse: milliseconds an article of the area with the net")
    parser.add_argument("--headlines", action="store_true", help="stories: of headlines, 50,000 a day")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    if args.list:
        for name, (_, _, text) in CASES.items():
            print(f"{name:<12} {text}")
        return 0
    chosen = list(CASES) if args.all else args.case
    if not chosen:
        parser.error("name a case, or --all, or --list")
    for name in chosen:
        run, size, _ = CASES[name]
        if args.recipes and name == "analyse":
            run = partial(analyse.run, recipes=True)
        if args.net and name == "analyse":
            run, size = net.run, 100
        if args.headlines and name == "stories":
            run, size = partial(stories.run, short=True), stories.DAY
        if name in ("search", "web"):
            run = partial(search.run if name == "search" else web.run, kept=args.archive)
        if name == "national_day":
            run = partial(national_day.run, keep=args.keep, recipes=args.recipes_of)
        figure = run(args.size or size)
        if args.json:
            print(json.dumps(figure.as_json(), ensure_ascii=False), flush=True)
        else:
            more = "".join(f", {key} {value:.2f}" for key, value in figure.more.items())
            print(
                f"{name}: {figure.ours:.1f} against {figure.reference:.1f} {figure.unit}, "
                f"ratio {figure.ratio:.2f}{more} (n = {figure.n})",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
