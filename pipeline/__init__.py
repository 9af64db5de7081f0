"""The four verbs, and the only package that knows every other: what is due is asked of the archive, and the result is
committed together with the mark that it is done. Each verb can be killed at any instant and run again."""

from __future__ import annotations

from pipeline.add import add
from pipeline.analyse import analyse
from pipeline.collect import collect
from pipeline.counts import Counts, Progress, together
from pipeline.group import group
from pipeline.publish import publish

__all__ = ["Counts", "Progress", "add", "analyse", "collect", "group", "publish", "together"]
