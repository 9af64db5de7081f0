"""The four verbs, and the only package that knows every other: what is due is asked of the archive, and the result is
committed together with the mark that it is done. Each verb can be killed at any instant and run again."""

from __future__ import annotations

from pipeline.counts import Counts, Progress

__all__ = ["Counts", "Progress"]
