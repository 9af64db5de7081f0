"""Coverage, never people: nothing that the product keeps, searches, shows or hands on has a place for a byline."""

from __future__ import annotations

import inspect
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.openapi.utils import get_openapi

import press
import storage.tables
from pipeline.export import FORMATS
from storage.search.query import FIELDS
from storage.search.shape import FACETS
from tests.support.archives import link, store
from tests.support.webhouse import house

PERSONS = {"author", "authors", "byline", "bylines", "journalist", "reporter", "writer", "creator", "person", "persons"}


def persons(names: Iterator[str]) -> list[str]:
    """Return the names that have a word for a person in them."""
    return [name for name in names if PERSONS & set(re.split(r"[^a-z]+", name.lower()))]


def names_in(value: Any) -> Iterator[str]:
    """Give every name of a JSON document."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(inner)


def test_no_field_of_what_is_kept_is_a_byline() -> None:
    columns = (str(column) for table in storage.tables.metadata.tables.values() for column in table.columns)
    assert not persons(columns)
    kinds = [kind for _, kind in inspect.getmembers(press, inspect.isclass) if kind.__module__ == "press"]
    assert len(kinds) > 10
    assert not persons(name for kind in kinds for name in getattr(kind, "__dataclass_fields__", ()))


def test_no_route_index_answer_or_export_has_a_byline(tmp_path: Path) -> None:
    assert not persons(iter((*FIELDS, *FACETS)))
    with house(tmp_path) as home:
        store(home.archive, link(1), title="Nước mặn")
        home.site.index.catch_up()
        index = json.loads((home.site.index.folder / "meta.json").read_bytes())
        assert not persons(field["name"] for field in index["schema"])
        routes = list(get_openapi(title="every page", version="1", routes=home.app.routes)["paths"])
        assert {"/search", "/api/v1/articles", "/export.{form}"} <= set(routes)
        assert not persons(iter(routes))
        client = home.browser("admin")
        assert not persons(names_in(client.get("/api/v1/openapi.json").json()))
        assert not persons(names_in(client.get("/api/v1/articles/1").json()))
        for form in FORMATS:
            whole = client.get(f"/export.{form}").content
            if form in ("xlsx", "docx"):
                with zipfile.ZipFile(io.BytesIO(whole)) as parts:
                    whole = b"".join(parts.read(name) for name in parts.namelist() if "docProps" not in name)
            text = whole.decode(errors="replace").replace("<author><name>Điểm báo</name></author>", "")  # the service
            assert not re.search(r"\b(author|byline|journalist)", text), form
