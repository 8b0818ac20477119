"""Names stay readable in every script and can do nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.kernel.files.naming import display_name, disposition

NAMES = {
    "Jahresabschluss 2025.pdf": "Jahresabschluss 2025.pdf",
    "Łódź – umowa.PDF": "Łódź – umowa.PDF",
    "請求書.pdf": "請求書.pdf",
    "C:\\Users\\me\\scan.pdf": "scan.pdf",
    "../../etc/passwd": "passwd.pdf",
    "invoice\u202efdp.exe": "invoicefdp.exe.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "a Set-Cookie_ x=1.pdf",
    "nul\x00byte.pdf": "nulbyte.pdf",
    "CON.pdf": "_CON.pdf",
    "...": "file.pdf",
    "": "file.pdf",
    "tax.pdf.exe": "tax.pdf.exe.pdf",
    "what?*.pdf": "what__.pdf",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_is_made_harmless_and_stays_readable(given_name: str) -> None:
    assert display_name(given_name, "application/pdf") == NAMES[given_name]


@settings(deadline=None)
@given(st.text(max_size=400), st.sampled_from(["application/pdf", "text/plain", "application/octet-stream"]))
def test_any_name_becomes_one_that_headers_and_disks_take(given_name: str, media_type: str) -> None:
    name = display_name(given_name, media_type)

    assert 1 <= len(name.encode()) <= 200
    assert not set(name) & set('/\\\r\n\0"<>|:*?\u202e')
    assert name not in (".", "..")
    assert display_name(name, media_type) == name
    header = disposition(name, inline=False)
    assert header.startswith("attachment") and header.isascii() and "\n" not in header


def test_a_name_beyond_ascii_goes_into_the_extended_parameter() -> None:
    assert disposition("Łódź.pdf", inline=False) == "attachment; filename*=utf-8''%C5%81%C3%B3d%C5%BA.pdf"
    assert disposition("plain.pdf", inline=True) == 'inline; filename="plain.pdf"'
