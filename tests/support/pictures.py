"""The pictures of the register's guide, out of the archive that `make demo` leaves: `make guide` writes them to docs/.

The demo has a matter of every state, so that the pictures show what the guide speaks of.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from playwright.sync_api import sync_playwright

import settings as settings_module
from demo.truth.truth import anchor_before
from storage import open_archive
from storage.people import accounts
from tests.support import ROOT
from tests.support.browserhouse import CHROMIUM, FLAGS
from tests.support.webhouse import HASH, PASSWORD, Clock
from web import make_app

EMAIL = "bientap@example.vn"
#: file of docs/ -> the page it shows
PICTURES = {
    "so-su-viec-danh-sach.png": "/matters?view=all",
    "so-su-viec-su-viec.png": "/matters/{year}/1",
    "so-su-viec-tuan.png": "/matters/reports/1",
    "so-su-viec-nam.png": "/matters/reports/2",
}
SIZE = {"width": 1180, "height": 760}


def main(folder: Path, out: Path) -> int:
    """Serve a copy of the demo's archive, make both reports as an editor would, and take the pictures."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        settings = settings_module.load(Path(copy) / "settings.toml")
        settings = replace(settings, storage=replace(settings.storage, url=f"sqlite:///{copy}/archive.db"))
        with open_archive(settings.storage.url) as archive:
            now = anchor_before(datetime.fromtimestamp((folder / "archive.db").stat().st_mtime, UTC))
            with archive.begin() as db:
                if accounts.find_account(db, EMAIL) is None:
                    accounts.add_account(db, EMAIL, name="Biên tập", role="editor", password=HASH, now=now)
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            config = uvicorn.Config(make_app(archive, settings, Clock(now)), port=port, log_level="warning")
            server = uvicorn.Server(config)
            threading.Thread(target=server.run, daemon=True).start()
            _take(f"http://127.0.0.1:{port}", out, now)
            server.should_exit = True
    return 0


def _take(url: str, out: Path, now: datetime) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        client.get(f"{url}/health/live")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        page = browser.new_context(base_url=url, locale="vi-VN", viewport=SIZE).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(60_000)
        page.goto("/login?next=/matters/reports")
        page.get_by_label("Địa chỉ thư điện tử").fill(EMAIL)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        for name in ("Lập danh sách tuần", "Lập báo cáo năm"):
            page.goto("/matters/reports")
            page.get_by_role("button", name=name).click()
            page.wait_for_url("**/matters/reports/*")
        for file, address in PICTURES.items():
            page.goto(address.format(year=now.year))
            page.screenshot(path=out / file)
        browser.close()


if __name__ == "__main__":
    sys.exit(main(ROOT / "demo-out", ROOT / "docs"))
