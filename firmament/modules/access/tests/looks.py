"""What tests of looking as somebody else begin with."""

from firmament.kernel.tenancy.models import Membership

NEW = "/w/acme/access/looks/new/"


def member(name: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{name}@acme.example")


def look(browser, person: str, reason: str = "He misses a client"):
    return browser.post(NEW, {"person": person, "reason": reason})


def as_bob(browser):
    """The browser, looking as Bob from now on."""
    assert look(browser, f"m:{member('bob').pk}")["Location"] == "/w/acme/"
    return browser


def as_carla(browser, carla):
    assert look(browser, f"u:{carla.user_id}")["Location"] == "/portal/acme/"
    return browser
