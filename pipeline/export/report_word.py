"""A report as a Word document: a template filled in. One that somebody uploaded is filled in by a child with limits.

A template may show names, choose and repeat; it can call nothing, compute nothing and name nothing else. Loops stand
over what the report holds, so that what comes out is bounded by what goes in; a child that takes too long is killed.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from errors import DiemBaoError, UsageError
from pipeline.export.about import xml_text
from pipeline.export.untrusted import check_document

Row = Mapping[str, Any]
_SECONDS: Final = 20  # of the processor, for an uploaded template
_MEMORY: Final = 2 << 30
_LARGEST: Final = 50_000_000  # bytes of XML
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Const,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip
_LOOP: Final = frozenset(("first", "last", "index", "length"))


class Closed(ImmutableSandboxedEnvironment):
    """An environment whose templates use nothing but the names they are given; UsageError says what else one uses."""

    def __init__(self, shape: Row) -> None:
        """Take the names from a context that has all there are, at every depth of it."""
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self._tops = frozenset(shape)
        self._fields = frozenset(_fields(shape)) | _LOOP

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        self._check(tree, {})
        return tree

    def _check(self, node: nodes.Node, loops: Mapping[str, int]) -> None:
        if not isinstance(node, _ALLOWED):
            raise UsageError(f"the template uses what is not allowed: {type(node).__name__.lower()}")
        if isinstance(node, nodes.Name) and node.name not in self._tops | loops.keys():
            raise UsageError(f"the template names what a report does not have: {node.name[:60]}")
        if isinstance(node, nodes.Getattr) and node.attr not in self._fields:
            raise UsageError(f"the template names what a report does not have: {node.attr[:60]}")
        if isinstance(node, nodes.For):
            inner = isinstance(node.iter, nodes.Getattr)
            if not isinstance(node.target, nodes.Name) or node.recursive or bool(loops) != inner:
                raise UsageError("the template repeats what is no list of a report, or a list inside itself")
            self._check(node.iter, loops)
            inside = {**loops, node.target.name: len(loops), "loop": 0}
            for part in (*node.body, *node.else_, *filter(None, [node.test])):
                self._check(part, inside)
            return
        for part in node.iter_child_nodes():
            self._check(part, loops)


def filled(template: bytes, context: Row, shape: Row, *, trusted: bool) -> bytes:
    """Return a template filled in; UsageError where it cannot be. One that is not `trusted` is filled in by a child.

    `shape` is a context with every name a template may use.
    """
    if trusted:
        return fill(template, context, shape)
    given = json.dumps({"file": base64.b64encode(template).decode(), "context": context, "shape": shape})
    command = [sys.executable, "-m", "pipeline.export.report_word"]
    try:
        child = subprocess.run(  # noqa: S603 - our own program
            command, input=given.encode(), capture_output=True, timeout=3 * _SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError("the template takes too long") from error
    if child.returncode == 2:
        raise UsageError(child.stderr.decode(errors="replace").strip().splitlines()[-1])
    if child.returncode != 0:
        raise UsageError("the template takes too long, or more room than a report needs")
    return child.stdout


def fill(template: bytes, context: Row, shape: Row) -> bytes:
    """Return a template filled in by this process; UsageError where it cannot be."""
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(_plain(context), jinja_env=Closed(shape), autoescape=True)
        _regrid(document)
        out = io.BytesIO()
        document.save(out)
    except DiemBaoError:
        raise
    except TemplateError as error:
        raise UsageError(f"the template cannot be filled in: {str(error)[:200]}") from error
    except Exception as error:  # python-docx and docxtpl raise whatever they stumble over
        raise UsageError(f"the template cannot be filled in: {type(error).__name__}") from error
    return out.getvalue()


def accepted(template: bytes, shape: Row) -> None:
    """Raise UsageError, with one line that says why, unless a template that somebody uploaded may be kept."""
    check_document(template)
    filled(template, shape, shape, trusted=False)


def _regrid(document: Any) -> None:
    """Give each table the columns that its first row has: a column that was repeated or went is none of the grid."""
    for table in document.tables:
        cells = table.rows[0]._tr.tc_lst if table.rows else []
        widths = [cell.width for cell in cells]
        if all(widths) and all(cell.grid_span == 1 for cell in cells):
            grid = table._tbl.tblGrid
            for column in list(grid.gridCol_lst):
                grid.remove(column)
            for width in widths:
                grid.add_gridCol().w = width


def _plain(value: Any) -> Any:
    """Return a context of nothing but dicts, lists, numbers and texts that XML can hold."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return xml_text(value) if isinstance(value, str) else value


def _fields(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set(value) | set().union(*(_fields(one) for one in value.values()))
    return set().union(*(_fields(one) for one in value)) if isinstance(value, list | tuple) else set()


def main() -> int:
    """Fill in the template of the standard input, within limits; 2 and a line where it cannot be."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    given = json.load(sys.stdin.buffer)
    try:
        made = fill(base64.b64decode(given["file"]), given["context"], given["shape"])
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    if len(made) > _LARGEST:
        return 3
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
