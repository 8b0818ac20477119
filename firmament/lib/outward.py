"""Speaking to an address that somebody typed, without reaching anything of ours.

https alone, to addresses that are public. The name is resolved once, every answer must be public, and the connection goes
to exactly that address, so a name that answers differently a moment later leads nowhere. Redirects are not followed.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Reachable = Callable[[Address], bool]

PATIENCE_S = 15.0
READ = 4096
# Addresses within which another one is hidden: NAT64, 6to4, Teredo.
WRAPPING = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class Unreachable(Exception):
    """Why nothing was said, in words for whoever typed the address. `hopeless`: trying again will not help."""

    def __init__(self, message: str, *, hopeless: bool = False) -> None:
        super().__init__(message)
        self.hopeless = hopeless


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; of the body the first 4 KB."""

    status: int
    body: str


def is_public(address: Address) -> bool:
    """Whether an address is out in the world, and not a way around into some network of ours."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in WRAPPING):
            return False
    return address.is_global and not address.is_multicast


def check_url(url: str, *, port: int | None = 443) -> tuple[str, int, str]:
    """Host, port and path of an https address; Unreachable, hopeless, for any other. `port=None`: any will do."""
    try:
        parts = urlsplit(url)
        found = parts.port or 443
    except ValueError:
        raise Unreachable("This is no address.", hopeless=True) from None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise Unreachable("The address must begin with https:// and hold no password.", hopeless=True)
    if port is not None and found != port:
        raise Unreachable(f"Only port {port} is spoken to.", hopeless=True)
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise Unreachable("The address holds a blank or a sign that cannot stand there.", hopeless=True)
    path = parts.path or "/"
    return parts.hostname, found, f"{path}?{parts.query}" if parts.query else path


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    reachable: Reachable = is_public,
    context: ssl.SSLContext | None = None,
    port: int | None = 443,
    patience: float = PATIENCE_S,
) -> Answer:
    """POST to an address that somebody typed; the answer whatever its status. Unreachable when there is none."""
    host, number, path = check_url(url, port=port)
    target = _resolve(host, number, reachable)
    connection = _Pinned(host, number, target=target, context=context or _trusting(), timeout=patience)
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(status=answer.status, body=answer.read(READ).decode("utf-8", "replace"))
    except ssl.SSLCertVerificationError:
        raise Unreachable("Its certificate is not valid for this name.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"It did not answer ({type(error).__name__}).") from None
    finally:
        connection.close()


def _resolve(host: str, port: int, reachable: Reachable) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("There is no such name.") from None
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not addresses or not all(reachable(ip_address(address)) for address in addresses):
        raise Unreachable("The address lies in a private network.", hopeless=True)
    return addresses[0]


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Pinned(http.client.HTTPSConnection):
    """Connects to the one address that was checked, under the name that was typed."""

    def __init__(self, host: str, port: int, *, target: str, context: ssl.SSLContext, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._target = target
        self._trust = context

    def connect(self) -> None:
        raw = socket.create_connection((self._target, self.port), self.timeout)
        self.sock = self._trust.wrap_socket(raw, server_hostname=self.host)
