"""Addresses of articles: one form for the same article, however it was linked. Nothing here touches the network."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

_TRACKING = re.compile(
    r"(?:(?:utm|itm|mtm|pk|vn|at|hsa|_hs|matomo)_\w+|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|yclid|ttclid|twclid|igshid|igsh"
    r"|mc_cid|mc_eid|_ga|_gl|zarsrc|gidzl|ocid|cmpid|spm|share_from|fb_comment_id|fb_action_ids|fb_action_types|fb_source|mibextid)",
    re.IGNORECASE,
)
_AMP_PARAMETER = re.compile(r"amp(?:=(?:1|true|yes)?)?|outputtype=amp", re.IGNORECASE)
_AMP_END = re.compile(r"(?<=[^/])/amp/?\Z|\.amp(?=(?:\.s?html?)?\Z)", re.IGNORECASE)
_AMP_CACHE = re.compile(r"/(?:amp/|c/|v/)(s/)?([^/]+\.[^/]+)(/.*)?\Z")
_TWIN = re.compile(r"(?:m|mobile|amp)\.(?!(?:com|net|org|gov|edu)\.vn\Z)(?=[^.]+\.[^.])")
_SECOND_LEVEL = frozenset(("com", "net", "org", "gov", "edu", "co", "info"))
_CONTROLS = "".join(map(chr, range(0x21)))
_BREAKS = re.compile("[\t\r\n]+")
_SCHEME = re.compile(r"(https?):(/*)(.*)\Z", re.IGNORECASE)
_HOME = re.compile(
    r"/?(?:(?:vi|vn|en|km|vi-vn|en-us|km-kh)/?)?(?:(?:index|default|home|trang-?chu|main)(?:\.\w{2,5})?/?)?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.\w{2,5}\Z")
_WORDS = 5  # in the name of an article; the longest names of sections have four
_NUMBERED = re.compile(r"\d{5,}|(?<!\d)(?!(?:19|20)\d\d\Z)\d{3,4}\Z")  # a section of 2026 is no article
_DAY = re.compile(r"/(?:19|20)\d\d/\d{1,2}/\d{1,2}(?:/|\Z)|/(?:19|20)\d{6}(?:/|\Z)")
_QUERY_NUMBER = re.compile(r"(?:^|&)(?:\w*id\w*=\d|(?:p|n|news|tin|bai)=\d\d)", re.IGNORECASE)
_NO_ARTICLE = re.compile(
    r"(?:^|-)(?:p|page|trang|tag|cat|c|e|sk|ptag|topic|event|chu-de|chuyen-muc|su-kien)-?\d+\Z", re.IGNORECASE
)
_PORTS = {"http": 80, "https": 443}
_SAFE = "%/:@!$&'()*+,;=~-._"
_PASSWORD = re.compile(r"(://[^\s/@:]*:).*@|([?&]password=)[^&\s]*", re.DOTALL | re.IGNORECASE)


def without_password(text: str) -> str:
    """The text of an address that may hold a password, fit to be shown."""
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", text)


def join(base: str, served: str) -> str:
    """The absolute address a browser makes of `served` on a page at `base`; either may be hostile, nothing is checked.

    As the URL Standard has it where Python's urljoin does not: control characters at the ends and line breaks anywhere
    go, backslashes are slashes, slashes too many before a host count as two.
    """
    served = _BREAKS.sub("", served.strip(_CONTROLS))
    address, mark, rest = _address_end(served)
    address = address.replace("\\", "/")
    if found := _SCHEME.match(address):
        scheme, slashes, behind = found[1].lower(), found[2], found[3]
        relative = len(slashes) < 2 and base.lower().startswith(f"{scheme}:")
        address = slashes + behind if relative else f"{scheme}://{behind}"
    elif address.startswith("//"):
        address = "//" + address.lstrip("/")
    try:
        return urljoin(base, address + mark + rest)
    except ValueError:  # a host in brackets that is none
        return ""


def _address_end(served: str) -> tuple[str, str, str]:
    """What stands before the first ? or #, that mark, and what is behind it."""
    at = min((served.find(mark) for mark in "?#" if mark in served), default=len(served))
    return served[:at], served[at : at + 1], served[at + 1 :]


def is_home(url: str) -> bool:
    """Whether a canonical address is the front page of its site."""
    parts = urlsplit(url)
    return bool(parts.netloc and not parts.query and _HOME.fullmatch(parts.path))


def is_article(url: str) -> bool:
    """Whether a canonical address has the form of an article's: a number of its own, many words, or a day in its path.

    Sections have short names; what this says of an address no page behind it was asked for.
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    name = _EXTENSION.sub("", path.rpartition("/")[2])
    words = [word for word in re.split(r"[-_]", name) if word]
    if _NO_ARTICLE.search(name):
        return len(words) > _WORDS + 2
    numbered = _NUMBERED.search(name) or _DAY.search(path) or _QUERY_NUMBER.search(parts.query)
    return bool(numbered) or len(words) >= _WORDS


def same_site(url: str, base: str) -> bool:
    """Whether an address is of the site of another one: the same host and port, or a host below it (www. aside)."""
    site, name = (_authority(address).removeprefix("www.") for address in (base, url))
    return bool(site) and (name == site or name.endswith(f".{site}"))


def _authority(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    usual = port is None or port == _PORTS.get(parts.scheme.lower())
    return host(url) if usual else f"{host(url)}:{port}"


def canonical(url: str, base: str = "") -> str:
    """The one address of an article: absolute, IDNA host, without default port, fragment, tracking, AMP or mobile twin.

    Idempotent; parameters that are not tracking keep their order. Raises ValueError for anything that is not http(s).
    """
    joined = join(base, url) if base else url.strip()
    for _ in range(8):  # an AMP cache may wrap an AMP address; text built to go on for ever is no address
        done = _canonical_once(joined)
        if done == joined:
            return done
        joined = done
    raise ValueError(f"not an address of an article: {url[:200]}")


def _canonical_once(url: str) -> str:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url[:200]}")
    name = _host(parts.hostname)
    path = _path(parts.path)
    cached = _AMP_CACHE.match(parts.path) if name == "www.google.com" or name.endswith(".cdn.ampproject.org") else None
    if cached:
        return f"{'https' if cached[1] else 'http'}://{cached[2]}{cached[3] or '/'}" + (
            f"?{parts.query}" if parts.query else ""
        )
    port = parts.port
    authority = name if port is None or port == _PORTS[scheme] else f"{name}:{port}"
    kept = [piece for piece in parts.query.split("&") if piece and not _dropped(piece)]
    query = quote("&".join(kept), safe=_SAFE + "?[]|")
    return f"{scheme}://{authority}{path}" + (f"?{query}" if query else "")


@lru_cache(maxsize=256)  # a run meets the same few hosts again and again
def _host(name: str) -> str:
    name = name.lower().rstrip(".")
    if ":" in name:
        return f"[{name}]"
    try:
        name = name.encode("idna").decode("ascii").lower()
    except UnicodeError as cause:
        raise ValueError(f"not a host name: {name[:200]}") from cause
    if not re.fullmatch(r"[a-z0-9._-]+", name):
        raise ValueError(f"not a host name: {name[:200]}")
    while _TWIN.match(name):
        name = name.partition(".")[2]
    return name


def _path(path: str) -> str:
    path = quote(path, safe=_SAFE)
    if "/." in path:
        path = urljoin("http://host/", path.lstrip("/"))[len("http://host") :] or "/"
    while path.lower().startswith("/amp/") and len(path) > len("/amp/"):
        path = path[len("/amp") :]
    while _AMP_END.search(path):
        path = _AMP_END.sub("", path)
    return path if path.startswith("/") else f"/{path}"


def _dropped(piece: str) -> bool:
    name = piece.partition("=")[0]
    return bool(_TRACKING.fullmatch(name) or _AMP_PARAMETER.fullmatch(piece))


def host(url: str) -> str:
    """The host name of an address in lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def site_of(url: str) -> str:
    """The domain somebody registered: what www., m. and the other hosts of one outlet have in common."""
    labels = host(url).split(".")
    if labels[-1].isdigit():
        return host(url)
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])
