"""What tests share: where the project lies, archives and houses to try it in, a press, mail servers, killing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared"))  #: the unpublished data, where they are
