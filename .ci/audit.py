"""Is anything that the lock pins known to be vulnerable? Says loudly how much could be asked.

Exit code 1: a known vulnerability, or a line of the lock without a hash. An index that cannot be reached, or that has
no data on vulnerabilities, is said and is no failure: what the hashes pin is then all that is known.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CANARY = f"jinja2==3.1.0 --hash=sha256:{'0' * 64}\n"  # CVE-2024-22195: an index that knows nothing of it knows nothing
ACCEPTED: dict[str, str] = {}  # id of a vulnerability -> why it does not concern us, until when


def unhashed(lock: str) -> list[str]:
    """Return the requirements of a lock that are not pinned by version and SHA-256."""
    entries = re.split(r"\n(?=\S)", re.sub(r"\s*\\\n\s+", " ", lock.strip()))
    good = re.compile(r"[\w.\[\]-]+==\S+( ;[^#]*?)?( --hash=sha256:[0-9a-f]{64})+\s*")
    return [entry.split()[0] for entry in entries if not entry.startswith("#") and not good.fullmatch(entry)]


def report(requirements: Path) -> list[dict[str, Any]] | None:
    """Return what pip-audit found of each package; None where it could not ask."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--timeout=10", "--format=json"]
        command = [sys.executable, "-m", "pip_audit", *options, f"--output={out}", f"--requirement={requirements}"]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=600)  # noqa: S603 - our own words
        except subprocess.TimeoutExpired:
            return None
        found: list[dict[str, Any]] = json.loads(out.read_text())["dependencies"] if out.exists() else []
    return found or None


def known(dependencies: list[dict[str, Any]]) -> list[str]:
    """Return a line for each vulnerability that is not accepted."""
    return [
        f"{one['name']} {one['version']}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no version yet'}"
        for one in dependencies
        for vuln in one.get("vulns", ())
        if not {vuln["id"], *vuln["aliases"]} & ACCEPTED.keys()
    ]


def index_knows() -> bool:
    """Whether the index can be asked and tells of a vulnerability that everybody knows."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder, "canary.txt")
        canary.write_text(CANARY)
        return bool(known(report(canary) or []))


def main(lock: Path) -> int:
    """Audit a lock; returns the exit code."""
    if bad := unhashed(lock.read_text()):
        print(f"AUDIT FAILED: not pinned by hash in {lock.name}: {', '.join(bad)}; run `make lock`")
        return 1
    dependencies = report(lock) if index_knows() else None
    if dependencies is None:
        print("NOT AUDITED for known vulnerabilities: the index does not answer, or has no such data.")
        print(f"Checked instead: everything in {lock.name} is pinned by version and SHA-256.")
        return 0
    skipped = [one["name"] for one in dependencies if "skip_reason" in one]
    if skipped:
        print(f"NOT AUDITED, unknown to the index: {', '.join(skipped)}")
    if found := known(dependencies):
        print("AUDIT FAILED, known vulnerabilities:", *found, sep="\n  ")
        return 1
    print(f"AUDITED: no known vulnerability in {len(dependencies) - len(skipped)} pinned packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"))
