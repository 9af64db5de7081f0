"""The texts pages say and their English: `python -m web.messages` adds what `locale/en.po` lacks, to be translated."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "locale" / "en.po"
_SAID = re.compile(r"""_\(\s*"((?:[^"\\]|\\.)*)\"""")
_LISTED = re.compile(r'\("/[a-z]*", "([^"]+)"\)')  # the navigation: (address, name)
_VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
_TABLES = ("words.py", "messages.py")  # have both languages themselves


def texts() -> set[str]:
    """Return every Vietnamese text that templates mark with `_` and that modules write in so many words."""
    found: set[str] = set()
    for template in sorted((FOLDER / "templates").rglob("*.j2")):
        source = template.read_text("utf-8")
        found |= {*_SAID.findall(source), *_LISTED.findall(source)}
    for module in sorted(FOLDER.rglob("*.py")):
        if module.name not in _TABLES:
            found |= set(_written(ast.parse(module.read_text("utf-8"))))
    return found


def _written(tree: ast.Module) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    parents = [node for node in ast.walk(tree) if isinstance(node, documented)]
    docstrings = {id(node.body[0].value) for node in parents if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and _VIETNAMESE.search(node.value):
            yield node.value


def catalogue() -> Catalog:
    """Return the English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def main() -> int:
    """Add texts that have no English yet, take out those nobody says; returns how many wait for a translator."""
    old = {str(message.id): str(message.string) for message in catalogue() if message.id}
    new = Catalog(locale="en")
    for text in sorted(texts()):
        new.add(text, old.get(text, ""))
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=0, omit_header=True, no_location=True, include_previous=False)
    waiting = [text for text in sorted(texts()) if not old.get(text)]
    print("\n".join(waiting))
    return len(waiting)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
