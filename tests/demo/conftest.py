"""The demo press, served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.press import Press
from tests.demo.asking import ANCHOR


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(ANCHOR) as served:
        yield served


@pytest.fixture(scope="module")
def quiet() -> Iterator[Press]:
    with Press(ANCHOR, troubles=False) as served:
        yield served


@pytest.fixture
def fresh() -> Iterator[Press]:
    with Press(ANCHOR) as served:
        yield served
