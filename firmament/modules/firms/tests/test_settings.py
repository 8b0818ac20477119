"""Settings and brand: every change with its before and after; a logo that can do nothing but be looked at."""

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.files.actions import receive
from firmament.kernel.files.models import StoredFile
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Firm, FirmProfile
from firmament.modules.firms.actions.settings import LOGO_LIMITS, choose_palette, put_logo, remove_logo
from firmament.modules.firms.tests.factories import png

SETTINGS = "/w/acme/firms/settings/"
FORM = {
    "name": "Acme & Partners",
    "legal_name": "Acme LLP",
    "website": "acme.example",
    "reply_to": "desk@acme.example",
    "timezone": "Europe/Lisbon",
    "locale": "en-gb",
    "currency": "CHF",
}


def told(answer) -> str:
    return answer.content.decode()


def changes() -> dict[str, tuple[str, str]]:
    entry = Entry.objects.filter(code="firms.settings_changed").get()
    return {change["field"]: (change["before"], change["after"]) for change in entry.payload["changes"]}


def test_the_administrator_changes_settings_and_each_change_is_recorded(acme, ada_browser):
    answer = ada_browser.post(SETTINGS, FORM)

    firm, profile = Firm.objects.get(pk=acme.pk), FirmProfile.objects.get()
    assert answer.status_code == 303
    assert (firm.name, firm.timezone, firm.locale, firm.currency) == (
        "Acme & Partners",
        "Europe/Lisbon",
        "en-gb",
        "CHF",
    )
    assert (profile.legal_name, profile.website) == ("Acme LLP", "https://acme.example")
    assert changes()["Time zone"] == ("Europe/Berlin", "Europe/Lisbon")
    assert changes()["Name"] == ("Acme", "Acme & Partners")


def test_saving_what_stands_there_records_nothing(ada_browser, ledger):
    ada_browser.post(SETTINGS, FORM)
    ledger.forget()

    ada_browser.post(SETTINGS, FORM)

    assert ledger.codes() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("website", "javascript:alert(1)"),
        ("reply_to", "nobody"),
        ("timezone", "Mars/Olympus"),
        ("locale", "xx"),
        ("currency", "XXX"),
    ],
)
def test_what_is_no_setting_is_refused_beside_its_field(acme, ada_browser, field, value):
    answer = ada_browser.post(SETTINGS, {**FORM, field: value})

    assert answer.status_code == 422
    assert Firm.objects.get(pk=acme.pk).name == "Acme"


def test_the_other_firm_keeps_its_name(globex, ada_browser):
    ada_browser.post(SETTINGS, FORM)

    assert Firm.objects.get(pk=globex.pk).name == "Globex"


def test_a_partner_reads_settings_and_changes_none(acme, alice, alice_browser):
    seen = told(alice_browser.get(SETTINGS))
    answers = [
        alice_browser.post(SETTINGS, FORM),
        alice_browser.post(f"{SETTINGS}brand/", {"palette": "plum"}),
        alice_browser.post(f"{SETTINGS}brand/logo/", {"logo": png()}),
        alice_browser.post(f"{SETTINGS}brand/logo/remove/"),
    ]

    assert "Save settings" not in seen
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert Firm.objects.get(pk=acme.pk).name == "Acme"
    assert not StoredFile.objects.exists()
    for act in (lambda: choose_palette(alice, palette="plum"), lambda: remove_logo(alice)):
        with pytest.raises(Denied):
            act()


def test_a_palette_of_the_house_is_worn_by_every_page(ada, ada_browser, ledger):
    ada_browser.post(f"{SETTINGS}brand/", {"palette": "plum"})
    page = told(ada_browser.get(f"{SETTINGS}brand/"))

    refused = ada_browser.post(f"{SETTINGS}brand/", {"palette": "neon"})

    assert 'class="brand-plum' in page
    assert refused.status_code == 422
    assert ledger.codes() == ["firms.brand_changed"]
    with pytest.raises(ValidationError):
        choose_palette(ada, palette="neon")


def test_a_logo_is_shown_once_its_scan_finds_it_clean(ada_browser, carla_browser, run_jobs):
    ada_browser.post(f"{SETTINGS}brand/logo/", {"logo": png()})
    pk = FirmProfile.objects.get().logo_id
    path = f"/w/acme/firms/logo/{pk}/"
    before = (ada_browser.get(path).status_code, path in told(ada_browser.get(SETTINGS)))

    run_jobs()

    picture = ada_browser.get(path)
    assert before == (404, False)
    assert path in told(ada_browser.get(SETTINGS))
    assert picture.content == png().read()
    assert picture["Content-Type"] == "image/png"
    assert "sandbox" in picture["Content-Security-Policy"]
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert carla_browser.get(f"/portal/acme/firms/logo/{pk}/").status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", b"MZ" + b"\0" * 200, b"<html></html>", b"%PDF-1.7"],
)
def test_what_is_no_picture_is_refused_in_plain_words(ada_browser, content):
    answer = ada_browser.post(f"{SETTINGS}brand/logo/", {"logo": png(content=content)})

    assert answer.status_code == 422
    assert FirmProfile.objects.get().logo_id is None


def test_a_picture_too_large_is_refused(ada, acme):
    with pytest.raises(ValidationError):
        put_logo(ada, png(content=png().read() + b"\0" * 600_000))

    assert FirmProfile.objects.get().logo_id is None


def test_a_new_logo_removes_the_old_one_and_removing_shows_initials(ada, ada_browser, run_jobs):
    first = put_logo(ada, png("first.png"))
    run_jobs()
    ada_browser.post(f"{SETTINGS}brand/logo/", {"logo": png("second.png")})
    run_jobs()
    first.refresh_from_db()
    second = FirmProfile.objects.get().logo_id

    ada_browser.post(f"{SETTINGS}brand/logo/remove/")

    assert first.state == StoredFile.State.EXPIRED
    assert FirmProfile.objects.get().logo_id is None
    assert ada_browser.get(f"/w/acme/firms/logo/{first.pk}/").status_code == 404
    assert ada_browser.get(f"/w/acme/firms/logo/{second}/").status_code == 404


def test_another_file_of_the_firm_is_no_logo(ada, ada_browser, run_jobs):
    paper = receive(ada, png("paper.png"), limits=LOGO_LIMITS, client_id=None)
    run_jobs()
    paper.refresh_from_db()

    assert paper.is_ready
    assert ada_browser.get(f"/w/acme/firms/logo/{paper.pk}/").status_code == 404
