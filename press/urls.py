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
_PORTS = {"http": 80, "https": 443}
_SAFE = "%/:@!$&'()*+,;=~-._"
_PASSWORD = re.compile(r"(://[^\s/@:]*:).*@|([?&]password=)[^&\s]*", re.DOTALL | re.IGNORECASE)


def without_password(text: str) -> str:
    """The text of an address that may hold a password, fit to be shown."""
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", text)


def canonical(url: str, base: str = "") -> str:
    """The one address of an article: absolute, IDNA host, without default port, fragment, tracking, AMP or mobile twin.

    Idempotent; parameters that are not tracking keep their order. Raises ValueError for anything that is not http(s).
    """
    joined = urljoin(base, url.strip()) if base else url.strip()
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
