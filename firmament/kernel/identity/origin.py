"""Where a request comes from, told no more exactly than is needed to recognise one's own browser."""

import ipaddress
import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def client_ip(request: HttpRequest) -> str:
    """The address of the peer; behind trusted proxies the server has already put the client's there."""
    return str(request.META.get("REMOTE_ADDR") or "")


def ip_prefix(request: HttpRequest) -> str:
    """The network of the client: /24 for IPv4, /48 for IPv6. A whole address would be personal data for long."""
    try:
        address = ipaddress.ip_address(client_ip(request))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def browser(request: HttpRequest) -> str:
    """“Firefox on Windows”: enough to tell one's own browsers apart, and no fingerprint."""
    agent = re.sub(r"[^\x20-\x7e]", "", request.META.get("HTTP_USER_AGENT", ""))
    name = next((name for mark, name in BROWSERS if mark in agent), _("A browser"))
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name
