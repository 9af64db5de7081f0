"""The modules of the root keep to their layer; the packages' layers are import-linter's (pyproject.toml)."""

from __future__ import annotations

import ast

import pytest

from tests.support import ROOT

OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
MAY_IMPORT = {
    "errors": set(),
    "logs": set(),
    "scheduler": {"errors", "logs", "settings", "press", "pipeline", "storage", "web"},
}


@pytest.mark.parametrize("module", sorted(path.stem for path in ROOT.glob("*.py")))
def test_a_root_module_imports_downwards_only(module: str) -> None:
    tree = ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported & OURS <= MAY_IMPORT[module]
