"""The web archive in Chromium: the analyst's whole way, and what must hold on every page.

`DIEMBAO_SCREENSHOTS` names the folder for pictures of every page; `make screenshots` writes them to demo-out/pages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect

from tests.support.browserhouse import ROUTES, Office, Tab, chromium, grave, new_office, office
from tests.support.webhouse import PASSWORD
from tests.support.wholeway import Stages

__all__ = ["chromium", "office"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: GET routes that are no pages to look at in a browser.
NO_PAGES = re.compile(
    r"^/(api/|start$|export[./]|search/complete$|editions/{number}/mail$|matters\.csv$|.*\.atom$|matters/.*(\.docx|\.{form}|/files/{file})$)"
)
HEADLINE = "Độ mặn thấp bất thường, vùng tôm Ngọc Tố - Hòa Tú tạm dừng thả giống"
OpenTab = Callable[..., Tab]


@pytest.fixture
def tab(chromium: Browser, office: Office) -> Iterator[OpenTab]:
    """Open tabs; at the end none of them has complained, and none has asked another host for anything."""
    opened: list[Tab] = []

    def new(at: Office = office, **how: bool) -> Tab:
        opened.append(Tab(chromium, at, **how))
        return opened[-1]

    yield new
    faults = [fault for each in opened for fault in each.faults]
    for each in opened:
        each.close()
    assert not faults


@pytest.fixture(scope="module")
def addresses(office: Office) -> dict[str, str]:
    """Return an address of every page that links lead to."""
    return office.addresses()


def picture(page: Page, route: str, scheme: str, phone: bool) -> None:
    """Write a picture of a page where somebody wants them."""
    if folder := os.environ.get("DIEMBAO_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[{}]", "", route.strip("/").replace("/", "-") or ("home" if route else "not-found"))
        page.screenshot(path=Path(folder, f"{name}.{scheme}.{'phone' if phone else 'desktop'}.png"), full_page=True)


def test_links_lead_to_every_page(addresses: dict[str, str]) -> None:
    pages = {path for path, _ in ROUTES if not NO_PAGES.match(path)}
    assert pages - addresses.keys() == set()


#: A page of each kind, for `make test`: a form, a list, an article, figures, a framed mail, a matter. `make long`: all.
KINDS = ("/login", "/search", "/articles/{number}", "/topics", "/editions/{number}", "/matters/{year}/{number}")
#: What axe-core looks at: in the light everything; what the dark changes is colours.
LOOKED_AT: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast", "link-in-text-block")}


@pytest.mark.parametrize(
    ("phone", "schemes", "kinds"),
    [
        pytest.param(False, ["light"], KINDS, id="one of each kind on a desktop"),
        pytest.param(False, ["light"], (), id="desktop", marks=pytest.mark.long),
        pytest.param(False, ["dark"], (), id="desktop in the dark", marks=pytest.mark.long),
        pytest.param(True, ["light", "dark"], (), id="phone", marks=pytest.mark.long),
    ],
)
def test_every_page_can_be_read_by_everybody(
    tab: OpenTab, addresses: dict[str, str], phone: bool, schemes: list[str], kinds: tuple[str, ...]
) -> None:
    """Of these kinds; none named: every page."""
    faults = []
    visitor, nobody = tab(phone=phone), tab(phone=phone)
    visitor.log_in("admin")
    visitor.expected = {404}
    for route in kinds or addresses:
        address = addresses[route]
        page = (nobody if route == "/login" else visitor).goto(address)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            picture(page, route, scheme, phone)
            faults += [f"{address} ({scheme}): {fault}" for fault in grave(page, *LOOKED_AT[scheme])]
        page.emulate_media(color_scheme="light")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"{address}: scrolls sideways by {wide} px")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("kinds", [KINDS[2:4], pytest.param((), marks=pytest.mark.long)], ids=["two kinds", "all"])
def test_every_page_prints_black_on_white_without_the_bar(
    tab: OpenTab, addresses: dict[str, str], kinds: tuple[str, ...]
) -> None:
    visitor, faults = tab(dark=True), []
    page = visitor.log_in("admin")
    visitor.expected = {404}
    page.emulate_media(media="print")
    for route in kinds or addresses:
        address = addresses[route]
        visitor.goto(address)
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        if colours != ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]:
            faults.append(f"{address}: prints in {colours}")
        if page.get_by_role("banner").is_visible():
            faults.append(f"{address}: prints the bar")
        if not page.pdf(format="A4").startswith(b"%PDF"):
            faults.append(f"{address}: does not print")
    assert not faults, "\n".join(faults)


#: Everything that can be used on a page and is shown, numbered; a group of radio buttons is one stop.
INTERACTIVE = """() => {
  const seen = new Set(), shown = [];
  for (const each of document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]')) {
    if (each.disabled || each.tabIndex < 0 || !each.checkVisibility({visibilityProperty: true})) continue;
    const group = each.type === 'radio' ? each.form?.action + each.name : null;
    if (group && seen.has(group)) continue;
    seen.add(group);
    each.dataset.stop = shown.length;
    shown.push(each.outerHTML.slice(0, 100));
  }
  return shown;
}"""
#: Out of a framed mail the focus comes a moment later.
FOCUSED = """async () => {
  const framed = document.querySelector('iframe') && document.activeElement === document.body;
  if (framed) await new Promise(done => setTimeout(done, 200));
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const group = at.type === 'radio' ? document.querySelector(`[name="${at.name}"][data-stop]`) : at;
  return {stop: group?.dataset.stop ?? null, body: at === document.body,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
}"""


@pytest.mark.long
def test_everything_can_be_reached_and_seen_by_keyboard(tab: OpenTab, addresses: dict[str, str]) -> None:
    visitor, faults = tab(), []
    page = visitor.log_in("admin")
    visitor.expected = {404}
    for address in addresses.values():
        visitor.goto(address)
        faults += [f"{address}: {fault}" for fault in _keyboard_faults(page)]
    assert not faults, "\n".join(faults)


def _keyboard_faults(page: Page) -> list[str]:
    stops: list[str] = page.evaluate(INTERACTIVE)
    missing, faults = set(range(len(stops))), []
    page.evaluate("document.activeElement.blur()")
    rounds = 0
    for _ in range(3 * len(stops) + 300):  # a date has several stops within, a framed mail those of its links
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["body"]:  # the end, or a moment between a framed mail and what follows it: a second round tells
            rounds += 1
            if not missing or rounds == 2:
                break
        if at["stop"] is not None and int(at["stop"]) in missing:
            missing.discard(int(at["stop"]))
            if not (at["ring"] and at["inView"]):
                faults.append(f"focus cannot be seen on {stops[int(at['stop'])]}")
    return faults + [f"the keyboard does not reach {stops[number]}" for number in sorted(missing)]


def test_the_first_stop_of_the_keyboard_leads_past_the_bar(tab: OpenTab) -> None:
    page = tab().log_in("reader")
    page.goto("/me")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


@pytest.fixture
def fresh(stages: Stages, tmp_path: Path) -> Iterator[Office]:
    """An office in which nobody has an account."""
    with new_office(stages, tmp_path) as found:
        yield found


def test_the_analysts_whole_way(tab: OpenTab, fresh: Office, tmp_path: Path) -> None:
    admin, analyst, editor = tab(fresh), tab(fresh), tab(fresh)
    admin.goto(fresh.first_link())
    _fill_in(admin.page, "truong@example.vn")
    admin.goto("/accounts")
    for who, role in ((analyst, "chuyên viên"), (editor, "biên tập")):
        email = f"{role.replace(' ', '.')}@example.vn"
        admin.page.get_by_label("Mời thêm người").fill("cv@example.vn" if who is analyst else "bt@example.vn")
        admin.page.get_by_label("Vai trò", exact=True).select_option(label=role)
        admin.page.get_by_role("button", name="Tạo liên kết mời").click()
        who.goto(admin.page.get_by_role("status").get_by_role("code").inner_text())
        expect(who.page.get_by_text(role)).to_be_visible()
        _fill_in(who.page, email)
    analyst.page.get_by_role("button", name="Đăng xuất").click()
    analyst.page.get_by_label("Địa chỉ thư điện tử").fill("cv@example.vn")
    analyst.page.get_by_label("Mật khẩu").fill(PASSWORD)
    analyst.page.get_by_role("button", name="Đăng nhập").click()
    expect(analyst.page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    _search(analyst.page)
    address = analyst.page.url
    _correct(editor.goto(address))
    analyst.page.reload()
    expect(
        analyst.page.get_by_role("region", name="Đã sửa").or_(analyst.page.get_by_text("đã hoàn tác"))
    ).to_be_visible()
    for form in ("csv", "docx"):
        with analyst.page.expect_download() as waiting:
            analyst.page.evaluate("address => { location = address }", f"/export.{form}?q=độ mặn")
        waiting.value.save_as(tmp_path / f"found.{form}")
    assert HEADLINE in (tmp_path / "found.csv").read_text("utf-8-sig")
    assert any(HEADLINE in one.text for one in Document(str(tmp_path / "found.docx")).paragraphs)
    for who in (analyst, editor):
        who.page.get_by_role("button", name="Đăng xuất").click()
        expect(who.page).to_have_url(re.compile("/login"))
        assert who.context.request.get(address, max_redirects=0).status == 303
    done = {row["action"] for row in fresh.log()}
    assert done >= {
        "invited",
        "account made",
        "login",
        "searched",
        "read",
        "corrected",
        "correction undone",
        "exported",
        "logout",
    }, done


def _search(page: Page) -> None:
    """Find an article from the first page, without marks and with, by facet and days, keep the search, open it."""
    page.get_by_label("Câu tìm").fill("do man")
    page.get_by_label("Câu tìm").press("Enter")
    expect(page.get_by_role("heading", name="Tìm trong kho tin")).to_be_visible()
    page.get_by_label("Câu tìm").fill("do man thap")
    expect(page.get_by_role("link", name=HEADLINE)).to_be_visible()  # while typing
    page.get_by_label("Câu tìm").fill("độ mặn")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page).to_have_url(re.compile("q="))
    page.get_by_role("link", name=re.compile("^Nông nghiệp, thủy sản")).first.click()
    expect(page).to_have_url(re.compile("topic%3Aagriculture"))
    page.get_by_label("Từ ngày").fill("2026-01-31")
    page.get_by_role("button", name="Lọc theo ngày").click()
    expect(page).to_have_url(re.compile("from%3A2026-01-31"))
    page.get_by_role("link", name="cũ nhất").click()
    expect(page.get_by_text("cũ nhất").and_(page.locator("[aria-current]"))).to_be_visible()
    times = page.locator(".hits time").evaluate_all("all => all.map(each => Date.parse(each.dateTime))")
    assert len(times) > 1
    assert times == sorted(times), "who was first"
    found = page.url
    page.get_by_role("link", name="Lưu và theo dõi").click()
    page.get_by_label("Tên", exact=True).fill("Độ mặn vùng tôm")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("link", name="Độ mặn vùng tôm")).to_be_visible()
    page.goto(found)
    page.get_by_role("link", name=HEADLINE).click()
    expect(page.get_by_role("heading", name=HEADLINE, level=1)).to_be_visible()


def _correct(page: Page) -> None:
    """Put the tone right in two clicks, and take it back."""
    page.get_by_text("Sửa sắc thái").click()
    page.get_by_role("button", name="trung tính").click()
    expect(page.get_by_text("bt@example.vn").first).to_be_visible()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("đã hoàn tác")).to_be_visible()


@pytest.mark.long
def test_a_letter_of_an_outlet_becomes_a_matter_with_its_deadline_in_the_weekly_list(
    tab: OpenTab, fresh: Office
) -> None:
    """As an officer would who has never seen the register, from the login page, by what the pages say."""
    page = tab(fresh).log_in("editor")
    page.get_by_role("link", name="Hôm nay").click()
    page.get_by_role("link", name=re.compile("Vụ thu tiền phà Đại Ngãi")).first.click()
    page.get_by_role("link", name="Lập với văn bản của báo").click()
    kind = page.get_by_role("option", name=re.compile("^Người đứng đầu cơ quan báo chí yêu cầu trả lời"))
    page.get_by_label("Loại việc").select_option(kind.get_attribute("value"))
    page.get_by_label("Mốc tính hạn").fill("2026-08-04T09:00")
    page.get_by_label("Số văn bản của báo").fill("12/CV-BPS")
    page.get_by_role("button", name="Lập sự việc").click()
    expect(page.get_by_role("row", name=re.compile("30 ngày"))).to_contain_text("3/9/2026")
    page.get_by_label("Đơn vị chủ trì").fill("UBND xã Đại Ngãi")
    page.get_by_role("button", name="Giao", exact=True).click()
    expect(page.get_by_text("UBND xã Đại Ngãi").first).to_be_visible()
    page.get_by_role("link", name="Sổ sự việc").first.click()
    page.get_by_role("link", name="Danh sách tuần, báo cáo").click()
    page.get_by_role("button", name="Lập danh sách tuần").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Danh sách sự việc báo chí phản ánh")
    expect(page.get_by_role("main")).to_contain_text("UBND xã Đại Ngãi")
    expect(page.get_by_role("main")).to_contain_text("Phà Đại Ngãi")


def _fill_in(page: Page, email: str) -> None:
    address = page.get_by_label("Địa chỉ thư điện tử")
    if address.is_editable():
        address.fill(email)
    page.get_by_label("Họ tên hoặc đơn vị").fill("Tổ điểm báo")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Lưu và đăng nhập").click()
    page.wait_for_url(lambda url: "/start" not in url)
