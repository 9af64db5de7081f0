"""An office program of the machine, which opens what is exported and prints it: LibreOffice without a screen.

Required (`DIEMBAO_OFFICE=required`) where nothing may be skipped; elsewhere its absence is a loud skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = ("soffice", "pdftotext", "pdffonts")
REQUIRED = os.environ.get("DIEMBAO_OFFICE") == "required"


@pytest.fixture(scope="session")
def programs() -> None:
    """Skip, loudly, where the programs are not installed."""
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        message = f"NOT RUN: no {', '.join(missing)} (Debian: libreoffice-writer-nogui -calc-nogui poppler-utils)"
        if REQUIRED:
            pytest.fail(message)
        pytest.skip(message)


def printed(document: Path) -> Path:
    """Return the PDF that the office program makes of a document, beside it."""
    home = document.parent / "office"
    made = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir",
         document.parent, document],
        check=False, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    pdf = document.with_suffix(".pdf")
    assert pdf.exists(), made.stdout + made.stderr
    return pdf


def pages(pdf: Path) -> list[str]:
    """Return the text of each page as it is laid out."""
    read = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True, timeout=60)
    return read.stdout.split("\f")[:-1]


def fonts(pdf: Path) -> list[str]:
    """Return the names of the fonts a PDF embeds."""
    read = subprocess.run(["pdffonts", pdf], check=True, capture_output=True, text=True, timeout=60)
    return [line.split()[0] for line in read.stdout.splitlines()[2:]]
