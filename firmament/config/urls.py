"""Every address of the house.

Each room's `urls.py` may have `urlpatterns` (staff, `/w/<firm>/<room>/`), `portal_urlpatterns`
(`/portal/<firm>/<room>/`), `public_urlpatterns` (`/p/<room>/`) and `operator_urlpatterns` (`/operate/`), each `api.py` a `router`
(`/api/v1/<room>`). An `address` in its `apps.py` stands for the room’s name there. Names are in the namespaces `<room>`, `<room>_portal` and `<room>_public`.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from firmament.config import health
from firmament.config.modules import MODULES
from firmament.kernel.api import finding, macros
from firmament.kernel.api.instance import api
from firmament.kernel.files import urls as files_urls
from firmament.kernel.identity import urls as identity_urls
from firmament.kernel.messages import urls as messages_urls
from firmament.kernel.web import errors, macro_urls, search_urls, views
from firmament.kernel.web.entrances import vouch

Address = URLPattern | URLResolver

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

DOORS = (
    ("urlpatterns", "w/<slug:firm>/{room}/", "{room}"),
    ("portal_urlpatterns", "portal/<slug:firm>/{room}/", "{room}_portal"),
    ("public_urlpatterns", "p/{room}/", "{room}_public"),
    # One room alone has these: whoever runs the platform works in no room of a firm.
    ("operator_urlpatterns", "operate/", "operate"),
)


def rooms() -> Iterator[Address]:
    """The addresses of every room, by its doors."""
    for room in MODULES:
        name = f"firmament.modules.{room}"
        # Two rooms may stand at one address, as the snippets and their files do.
        address = getattr(apps.get_app_config(room), "address", room)
        if find_spec(f"{name}.api"):
            api.add_router(f"/{address}", import_module(f"{name}.api").router)
        if not find_spec(f"{name}.urls"):
            continue
        urls = import_module(f"{name}.urls")
        for attribute, route, namespace in DOORS:
            patterns = getattr(urls, attribute, None)
            if patterns:
                space = namespace.format(room=room)
                yield path(route.format(room=address), include((patterns, space), namespace=space))


def found() -> Iterator[Address]:
    """The addresses of what stands over all rooms: the search of a firm, its macros."""
    for attribute, route, namespace in DOORS[:2]:
        space = namespace.format(room="search")
        patterns = getattr(search_urls, attribute)
        yield path(route.format(room="search"), include((patterns, space), namespace=space))
    api.add_router("/search", finding.router)
    route, namespace = DOORS[0][1].format(room="macros"), "macros"
    yield path(route, include((macro_urls.urlpatterns, namespace), namespace=namespace))
    api.add_router("/macros", macros.router)


# Before the API's addresses are read: a router that joins later is not among them.
FIRM_PAGES: list[Address] = [*rooms(), *found()]

urlpatterns: list[Address] = [
    # First: addresses are tried one after another, and programs ask more often than people do.
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", views.start, name="start"),
    path("looking/stop/", views.looking_stop, name="looking_stop"),
    path("w/<slug:firm>/", views.firm_start, name="workspace"),
    path("portal/<slug:firm>/", views.firm_start, name="portal"),
    path("portal/<slug:firm>/account/", views.account, name="portal_account"),
    *FIRM_PAGES,
    *vouch(files_urls.urlpatterns, "a signed link; the view asks for the person and the power itself"),
    path(
        "accounts/",
        include(
            vouch(identity_urls.urlpatterns, "the way in; what is a person's own asks for their sign-in")
        ),
    ),
    *vouch(messages_urls.urlpatterns, "the local mailbox; there is none unless mail stays on this machine"),
]
