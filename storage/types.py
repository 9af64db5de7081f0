"""Column types that keep the archive's promises: UTC instants, JSON as text, text any database can hold."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Row, Text
from sqlalchemy.types import TypeDecorator

#: A row whose columns are read by name.
AnyRow: TypeAlias = "Row[*tuple[Any, ...]]"
#: Row ids: 64 bits on PostgreSQL; SQLite's own row id must be declared INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

_LEVEL = 3  # most of zlib's gain on HTML at three times the speed of the default


class Utc(TypeDecorator[datetime]):
    """An aware instant in and out; naive values are refused because nobody can say later what they meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text without what PostgreSQL refuses (NUL) and UTF-8 cannot express (lone surrogates): pages are hostile."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON document kept as text: the same bytes in both databases, readable in any of their tools."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Packed(TypeDecorator[bytes]):
    """Bytes kept compressed by zlib, which will still be readable when the rest of this program is not."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value, _LEVEL)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.decompress(value)


def storable(text: str) -> str:
    """`text` without NUL and lone surrogates; the same object when it is clean already."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
