"""Nothing of ours is reached by an address that somebody typed."""

import socket
from ipaddress import ip_address

import pytest

from firmament.lib.outward import Unreachable, check_url, is_public, post

PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.1",
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_out_in_the_world_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_out_in_the_world_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https:///x", "https://u:p@example.com/", "//example.com",
        "https://example.com:22/", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/a\nHost: b", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused_before_anything_is_asked(url):
    with pytest.raises(Unreachable) as refused:
        check_url(url)
    assert refused.value.hopeless


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
)  # fmt: skip
def test_no_spelling_of_this_machine_is_spoken_to(host, monkeypatch):
    spoken = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: spoken.append(a))

    with pytest.raises(Unreachable):
        post(f"https://{host}/hook", b"{}", {})

    assert spoken == []


def test_a_name_with_one_private_address_among_public_ones_is_not_spoken_to(monkeypatch):
    answers = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers)

    with pytest.raises(Unreachable, match="private network"):
        post("https://hook.example.com/", b"{}", {})
