"""What a request may reach: public hosts over http and https, checked on the address that is really connected to.

An article's link is hostile input. Names are judged after resolution (`GuardedResolver`), so that neither a DNS record
pointing inwards nor one that changes between check and use gets through; numeric hosts are judged before.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver, dnscache
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IResolverSimple
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

#: Settings keys under which the resolver finds its orders.
ALLOW_PRIVATE: Final = "DIEMBAO_ALLOW_PRIVATE_HOSTS"
EXEMPT_HOST: Final = "DIEMBAO_EXEMPT_HOST"

_METADATA_ADDRESSES: Final = (
    *("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192"),
    *("fd00:ec2::254", "fd20:ce::254"),
)
_METADATA: Final = frozenset(map(ipaddress.ip_address, _METADATA_ADDRESSES))
_METADATA_NAMES: Final = frozenset({"metadata", "metadata.google.internal", "instance-data"})
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_refusal(text: str, *, allow_private: bool) -> str:
    """Why this IP address must not be reached; "" where it may. Metadata and link-local addresses never may."""
    address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
    if address in _METADATA:
        return f"refused address: {text} is a metadata service"
    if address.is_link_local:
        return f"refused address: {text} is link-local"
    if address.is_multicast or address.is_unspecified:
        return f"refused address: {text} is no address of a host"
    inside = not address.is_global or address.is_reserved or getattr(address, "is_site_local", False)
    if inside and not allow_private:
        return f"refused address: {text} is private"
    return ""


def url_refusal(url: str, *, allow_private: bool) -> str:
    """Why this URL must not be asked for, as far as can be told without resolving its host; "" where it may."""
    try:
        parts = urlsplit(url)
        # As a resolver reads it: "①②⑦。0。0。1" is an address too.
        host = unicodedata.normalize("NFKC", parts.hostname or "").replace("\u3002", ".").rstrip(".")
        _ = parts.port
    except ValueError:
        return "refused address: not a URL"
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return f"refused address: only http and https are read, not {parts.scheme or 'a bare path'}"
    if host in _METADATA_NAMES:
        return f"refused address: {host} is a metadata service"
    if not allow_private and (host == "localhost" or host.endswith(".localhost")):
        return f"refused address: {host} is private"
    literal = _literal(host)
    return address_refusal(literal, allow_private=allow_private) if literal else ""


def resolved_refusal(host: str, *, allow_private: bool) -> str:
    """Why the address this name was last resolved to was refused; "" where resolution itself failed."""
    address = dnscache.get(host)
    return address_refusal(address, allow_private=allow_private) if isinstance(address, str) else ""


def _unwrapped(address: _Address) -> _Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 one: the wrapping must not hide a private host."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _literal(host: str) -> str:
    """The address a numeric host stands for, in decimal, octal and hexadecimal spellings too; "" for a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):  # the letters of a name; the resolver judges what it stands for
        return ""


@implementer(IResolverSimple)
class GuardedResolver:
    """Scrapy's caching resolver, whose answers are given only where the address may be reached."""

    def __init__(self, inner: CachingThreadedResolver, *, allow_private: bool, exempt: str) -> None:
        self._inner = inner
        self._allow_private = allow_private
        self._exempt = exempt  # the operator's own proxy may be private

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        """As Scrapy builds its resolvers: from the settings."""
        settings = crawler.settings
        inner = CachingThreadedResolver.from_crawler(crawler, reactor)
        return cls(inner, allow_private=settings.getbool(ALLOW_PRIVATE), exempt=settings.get(EXEMPT_HOST, ""))

    def install_on_reactor(self) -> None:
        """Take over every resolution of this process."""
        reactor: Any = self._inner.reactor
        reactor.installResolver(self)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's interface
        """The address of `name`; fails with DNSLookupError where it must not be reached."""
        return self._inner.getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        refusal = "" if name == self._exempt else address_refusal(address, allow_private=self._allow_private)
        if refusal:
            raise DNSLookupError(refusal)
        return address
