"""Is an uploaded Word file nothing but a document? It is hostile until it has shown otherwise.

Refused: what is no package of a document, macros and anything that is run or embedded, relations and fields that lead
outside, entities, and what unpacks to more than a document needs. Nothing of the file is trusted: sizes are counted as
they unpack, parts are parsed without entities and network.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from lxml import etree

from errors import UsageError

LARGEST: Final = 900_000  #: bytes of the file
_UNPACKED: Final = 8_000_000  # bytes of all parts
_PARTS: Final = 200
_SUFFIXES: Final = ("xml", "rels", "png", "jpg", "jpeg", "gif")
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RUN: Final = re.compile(
    r"macroEnabled|vbaProject|vbaData|activeX|oleObject|/control|\.package\b|aFChunk|subDocument", re.I
)
_FIELDS: Final = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES", "DATE", "TIME"))
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check_document(file: bytes) -> None:
    """Raise UsageError, with one line that says why, unless the bytes are a plain Word document."""
    if len(file) > LARGEST:
        raise UsageError(f"the file has more than {LARGEST // 1000} kB")
    if not file.startswith(b"PK\x03\x04"):
        raise UsageError("the file is no Word document (.docx)")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            parts = _unpacked(package)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise UsageError("the file is no whole Word document (.docx)") from error
    if not {"[Content_Types].xml", "word/document.xml"} <= parts.keys():
        raise UsageError("the file is no Word document (.docx)")
    for name, body in parts.items():
        if name.rpartition(".")[2].lower() in ("xml", "rels"):
            _check_part(name, body)


def _unpacked(package: zipfile.ZipFile) -> dict[str, bytes]:
    entries = package.infolist()
    names = [entry.filename for entry in entries if not entry.is_dir()]
    if len(entries) > _PARTS or sum(entry.file_size for entry in entries) > _UNPACKED:
        raise UsageError("the file unpacks to more than a document needs")
    if len(set(names)) != len(names) or any(name.startswith("/") or ".." in name or "\\" in name for name in names):
        raise UsageError("the file has parts with odd names")
    for name in names:
        if name.rpartition(".")[2].lower() not in _SUFFIXES:
            raise UsageError(f"the file holds more than text and pictures: {name[:80]}")
    return {name: package.read(name) for name in names}


def _check_part(name: str, body: bytes) -> None:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UsageError(f"the file declares entities: {name[:80]}")
    try:
        tree = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise UsageError(f"a part of the file cannot be read: {name[:80]}") from error
    if tree.getroottree().docinfo.doctype:  # whatever its encoding
        raise UsageError(f"the file declares entities: {name[:80]}")
    if name == "[Content_Types].xml":
        kinds = {node.get("PartName"): node.get("ContentType", "") for node in tree}
        if kinds.get("/word/document.xml") != _MAIN:
            raise UsageError("the file is no plain Word document: one with macros, or a template of Word's own")
        if any(_RUN.search(kind) for kind in kinds.values()):
            raise UsageError("the file holds macros or embedded objects")
    elif name.endswith(".rels"):
        for node in tree:
            if node.get("TargetMode", "").lower() == "external" or re.match(
                r"[a-z]+:|//|\\", node.get("Target", ""), re.I
            ):
                raise UsageError("the file leads to something outside: links and linked pictures must go")
            if _RUN.search(node.get("Type", "")) or node.get("Type", "").endswith("/attachedTemplate"):
                raise UsageError("the file holds macros or embedded objects")
    else:
        _check_fields(tree)


def _check_fields(tree: etree._Element) -> None:
    """Raise UsageError for a field that is not known to be harmless: some fetch or run what they name."""
    said = [node.get(f"{_W}instr") or "" for node in tree.iter(f"{_W}fldSimple")]
    for node in tree.iter(f"{_W}fldChar", f"{_W}instrText"):
        if node.tag == f"{_W}instrText":
            if said:
                said[-1] += node.text or ""
            else:
                said.append(node.text or "")
        elif node.get(f"{_W}fldCharType") == "begin":
            said.append("")
    for one in said:
        first = next(iter(one.split()), "")
        if first and first.upper() not in _FIELDS:
            raise UsageError(f"the file has a field that is not allowed: {first[:40]}")
