"""Three operators, of no firm, whom every test finds there."""

from firmament.kernel.breakglass.actions import (
    approve_session,
    ask_session,
    begin_session,
    open_in_emergency,
)
from firmament.kernel.breakglass.models import Operator, Session
from firmament.kernel.breakglass.operators import make_operator
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.world import PASSWORD

OLGA = "olga@platform.example"
OTTO = "otto@platform.example"
ODILE = "odile@platform.example"
REASON = "Mails have been stuck since this morning."


def furnish() -> None:
    """Olga, Otto and Odile run the platform."""
    for email, name in ((OLGA, "Olga Operator"), (OTTO, "Otto Operator"), (ODILE, "Odile Operator")):
        make_operator(email=email, name=name, password=PASSWORD, timezone="Europe/Berlin")


def operator_actor(email: str = OLGA) -> Actor:
    """The operator in the firm at hand."""
    return Actor.of_operator(Operator.objects.select_related("user").get(user__email=email).user)


def make_request(email: str = OLGA, *, minutes: int = 60) -> Session:
    """A session that waits for a second person."""
    return ask_session(operator_actor(email), reason=REASON, ticket="OPS-411", minutes=minutes)


def make_open(email: str = OLGA, *, minutes: int = 60) -> Session:
    """A session that the other operator agreed to, and that has begun."""
    session = make_request(email, minutes=minutes)
    approve_session(operator_actor(OTTO if email == OLGA else OLGA), session)
    return begin_session(operator_actor(email), session)


def make_emergency(email: str = OLGA, *, minutes: int = 60) -> Session:
    """A session that was opened at once."""
    return open_in_emergency(operator_actor(email), reason=REASON, ticket="OPS-412", minutes=minutes)
