"""What declares nothing cannot be routed, and what is declared is what the room meant."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from firmament.kernel.tenancy.models import Firm
from firmament.kernel.web.checks import every_view_declares_its_entrance
from firmament.kernel.web.entrances import entrance_of, public_page, staff_page, vouch, walk
from firmament.kernel.web.page import page
from firmament.kernel.web.tests import addresses


@pytest.mark.urls("firmament.kernel.web.tests.addresses")
def test_a_view_without_an_entrance_fails_the_check():
    faults = every_view_declares_its_entrance()

    assert [fault.id for fault in faults if "undeclared" in fault.msg] == ["web.E001"]


def test_the_house_has_no_view_without_an_entrance():
    assert every_view_declares_its_entrance() == []


def test_a_power_that_nobody_declares_fails_the_check(settings, monkeypatch):
    view = staff_page("trial.nonsense")(lambda request: HttpResponse())
    monkeypatch.setattr(addresses, "urlpatterns", [path("w/<slug:firm>/x/", view)])
    settings.ROOT_URLCONF = addresses.__name__

    assert [fault.id for fault in every_view_declares_its_entrance()] == ["web.E002"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_public_page_gives_its_reason(reason):
    with pytest.raises(ImproperlyConfigured):
        public_page(reason)(lambda request: HttpResponse())


def test_a_firms_page_names_a_power():
    with pytest.raises(ImproperlyConfigured):
        staff_page("")


def test_vouching_does_not_overrule_what_a_view_says_itself():
    own = staff_page("clients.view")(lambda request: HttpResponse())
    patterns = vouch([path("own/", own), path("theirs/", lambda request: HttpResponse())], "a library")

    found = [entrance_of(pattern.callback) for pattern in walk(patterns)]
    assert [(e.door, e.power) for e in found] == [("staff", "clients.view"), ("public", "")]


def drawn(rows, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.session = {}
    return page(request, "web/error.html#fragment", {"title": "Gone", "rows": rows}).content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Request-Type": "full"},
        {"HX-Request": "true", "HX-Boosted": "true"},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    ],
)
def test_a_whole_page_is_drawn_for_a_browser(db, headers):
    assert "<html" in drawn([], **headers)


@pytest.mark.parametrize("target", ["section#fragment", "fragment", "", "div#other", "div#../../x"])
def test_a_fragment_is_drawn_for_a_script(db, target):
    found = drawn([], **{"HX-Request": "true", "HX-Target": target})

    assert "<html" not in found
    assert "Gone" in found


@pytest.mark.urls("firmament.kernel.web.tests.addresses")
def test_the_beginning_leads_to_the_only_firm_one_belongs_to(alice_browser):
    assert alice_browser.get("/")["Location"] == "/w/acme/"


@pytest.mark.urls("firmament.kernel.web.tests.addresses")
def test_the_beginning_says_so_when_there_is_no_firm(alice_browser, acme):
    Firm.objects.filter(pk=acme.pk).update(state="canceled")

    answer = alice_browser.get("/")

    assert b"You belong to no firm yet" in answer.content
    assert b"<c-" not in answer.content
