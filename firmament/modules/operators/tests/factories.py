"""Examples of the addresses of the desk and of the register."""

from collections.abc import Callable

from firmament.kernel.breakglass.actions import close_session
from firmament.kernel.breakglass.models import LIVE, Session, State
from firmament.kernel.breakglass.tests.factories import (
    OLGA,
    OTTO,
    make_emergency,
    make_open,
    make_request,
    operator_actor,
)
from firmament.kernel.tenancy.actor import Actor


def _in_register(actor: Actor) -> dict[str, object]:
    """Otto's session, so that Olga, who opens the examples, may agree to it; there is one at most."""
    _ended(actor)
    live = Session.objects.filter(operator__user__email=OTTO, state__in=LIVE).first()
    return {"pk": (live or make_request(OTTO)).pk}


def _ended(actor: Actor) -> dict[str, object]:
    """One of his that has ended; made before the other, beside which there could be no second."""
    rows = Session.objects.filter(operator__user__email=OTTO, state=State.CLOSED, opened_at__isnull=False)
    return {"pk": (rows.first() or close_session(operator_actor(OTTO), make_emergency(OTTO))).pk}


def _own(actor: Actor) -> dict[str, object]:
    live = Session.objects.filter(operator__user__email=OLGA, state__in=LIVE).first()
    return {"pk": (live or make_open()).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "operators:session": _in_register,
    "operators:end": _in_register,
    "operate:approve": _in_register,
    "operate:refuse": _in_register,
    "operate:review": _ended,
    "operate:begin": _own,
    "operate:close": _own,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"/platform-access/": _in_register}
