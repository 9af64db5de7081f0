"""The texts pages say and their English: `python -m web.site.messages` adds what `locale/en` lacks."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from web.site.words import CATALOGUES, WEB, english

_SAID = re.compile(r"""_\(\s*"((?:[^"\\]|\\.)*)\"""")
_LISTED = re.compile(r'\("/[a-z]*", "([^"]+)"\)')  # the navigation: (address, name)
_VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
COMMON = "site"  # the room of what several rooms say
_TABLES = ("words.py", "register_words.py", "messages.py")  # have both languages themselves


def texts() -> dict[str, set[str]]:
    """Room -> the Vietnamese texts its templates mark with `_` and its modules write; what several say is `site`'s."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for template in sorted((WEB / "templates").rglob("*.j2")):
        source = template.read_text("utf-8")
        found[template.parent.name] |= {*_SAID.findall(source), *_LISTED.findall(source)}
    for module in sorted(WEB.rglob("*.py")):
        if module.name not in _TABLES:
            room = module.parent.name if (WEB / "templates" / module.parent.name).is_dir() else COMMON
            found[room] |= set(_written(ast.parse(module.read_text("utf-8"))))
    times = Counter(text for said in found.values() for text in said)
    shared = found[COMMON] | {text for text, rooms in times.items() if rooms > 1}
    return {room: said - shared for room, said in found.items() if room != COMMON} | {COMMON: shared}


def _written(tree: ast.Module) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    parents = [node for node in ast.walk(tree) if isinstance(node, documented)]
    docstrings = {id(node.body[0].value) for node in parents if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and _VIETNAMESE.search(node.value):
            yield node.value


def main() -> int:
    """Add texts that have no English yet, take out those nobody says; returns how many wait for a translator."""
    old, waiting = english(), []
    for room, said in sorted(texts().items()):
        new = Catalog(locale="en")
        for text in sorted(said):
            new.add(text, old.get(text, ""))
        with (CATALOGUES / f"{room}.po").open("wb") as file:
            write_po(file, new, width=0, omit_header=True, no_location=True, include_previous=False)
        waiting += [text for text in sorted(said) if not old.get(text)]
    print("\n".join(waiting))
    return len(waiting)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
