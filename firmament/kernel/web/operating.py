"""Who runs the platform, on the way into a firm: let in by a session alone, written down before anything is shown."""

from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import cast

from django.apps import apps
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, get_language_bidi, ngettext, override
from django.utils.translation import gettext as _

from firmament.kernel.breakglass.actions import note_read
from firmament.kernel.breakglass.models import Operator
from firmament.kernel.breakglass.operators import actor_of, open_doors, open_session, operator_of
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.powers import declaration
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.web.entrances import Entrance
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.menu import OperatorEntry
from firmament.kernel.web.request_ids import request_id_of
from firmament.kernel.web.toasts import take_toasts
from firmament.lib.instant import now
from firmament.ui.shell import Brand, Face, MenuItem, MenuSection, Notice, PersonBadge, Shell, Theme

READS = ("GET", "HEAD")
FIRMS, SESSIONS, ASK, CLOSE = "operate:firms", "operate:sessions", "operate:ask", "operate:close"


class Refused(Exception):
    """The firm is not open to them now; `response` says so."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def operator_at(request: HttpRequest) -> Operator | None:
    """The operator who asks, as they are at this request; kept on it for the shell."""
    operator = operator_of(request.user.pk)
    request.operator = operator  # type: ignore[attr-defined]  # read by the shell and the desk's pages
    return operator


def admit(request: HttpRequest, operator: Operator, firm: Firm, entrance: Entrance, page: str) -> bool:
    """Whether this is a look into the firm, which then is in the firm's ledger; False for the desk's own pages.

    In a transaction of its own, before the page's: what cannot be written down is not shown, and a page that fails
    afterwards was asked for all the same. `Refused` where no session opens the firm, or where it is no reading.
    """
    if not declaration(entrance.power).needs_opening:
        return False
    if request.method not in READS:
        raise Refused(error_page(request, 405))
    with firm_transaction(firm.pk):
        session = open_session(operator)
        if session is not None:
            note_read(actor_of(operator), session.pk, page=page, path=request.get_full_path())
    if session is None:
        raise Refused(_shut(request, operator, firm))
    return True


def _shut(request: HttpRequest, operator: Operator, firm: Firm) -> HttpResponse:
    """To the form by which a session is asked for; a script is only told no."""
    if request.headers.get("HX-Request") == "true":
        with override(operator.user.locale or "en"):
            return error_page(request, 403, title=_("No session opens this firm"))
    return HttpResponseRedirect(reverse(ASK, kwargs={"firm": firm.slug}))


def operator_shell(request: HttpRequest) -> Shell:
    """The workspace's frame without a firm; with the firm's own pages while one is looked into."""
    operator: Operator = request.operator  # type: ignore[attr-defined]  # set by `operator_at`
    user = operator.user
    sections = [MenuSection(label="", items=tuple(_desk(request)))]
    actor: Actor | None = getattr(request, "actor", None)
    firm: Firm | None = getattr(request, "firm", None)
    if actor is not None and firm is not None:
        items = tuple(_firm_items(request, actor, firm))
        sections += [MenuSection(label=firm.name, items=items)] if items else []
    return Shell(
        face=Face.WORKSPACE,
        brand=Brand(palette="graphite"),
        home_url=reverse(FIRMS),
        person=PersonBadge(name=user.name, email=user.email, title=_("Operator of the platform")),
        sections=tuple(sections),
        toasts=take_toasts(request),
        notices=tuple(_notices(operator)),
        # Where one is signed in, and from there one's password and address; there is no firm to keep a profile in.
        profile_url=reverse("identity_sessions"),
        sign_out_url=reverse("account_logout"),
        theme=cast(Theme, user.theme),
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
        timezone=user.timezone,
        shortcuts_enabled=user.shortcuts_enabled,
        menu_narrow=request.COOKIES.get("ui_menu") == "narrow",
        request_id=request_id_of(request),
    )


def _desk(request: HttpRequest) -> Iterator[MenuItem]:
    for name, label, icon in ((FIRMS, _("Firms"), "building"), (SESSIONS, _("Sessions"), "history")):
        url = reverse(name)
        yield MenuItem(label=label, url=url, icon=icon, active=request.path == url)


def _firm_items(request: HttpRequest, actor: Actor, firm: Firm) -> Iterator[MenuItem]:
    """What of the firm at hand stands open now (`AppConfig.operator_menu`)."""
    entries: list[OperatorEntry] = [
        entry for config in apps.get_app_configs() for entry in getattr(config, "operator_menu", ())
    ]
    for entry in sorted(entries, key=lambda entry: entry.order):
        if may(actor, entry.power):
            url = _address(entry.url_name, firm.slug)
            yield MenuItem(label=str(entry.label), url=url, icon=entry.icon, active=request.path == url)


def _address(name: str, slug: str) -> str:
    try:
        return reverse(name, kwargs={"firm": slug})
    except NoReverseMatch:
        return ""


def _notices(operator: Operator) -> Iterator[Notice]:
    """One for each firm that stands open to them, with the time that is left and the way to close it."""
    for door in open_doors(operator):
        yield Notice(
            text=_(
                "%(firm)s is open to you for reading: %(left)s left. Every page is written into its ledger."
            )
            % {"firm": door.firm, "left": _left(door.ends_at)},
            icon="eye",
            action_url=reverse(CLOSE, kwargs={"firm": door.slug, "pk": door.session_id}),
            action=_("Close"),
        )


def _left(until: datetime) -> str:
    minutes = max(ceil((until - now()).total_seconds() / 60), 0)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes % 60 == 0:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
