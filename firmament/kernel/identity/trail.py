"""What people do with their accounts, written into the ledger of each firm they belong to.

After the fact and in short transactions of their own: an account is not a firm's, so no firm's transaction is
open, and signing in must not depend on twenty ledgers.
"""

import logging
from uuid import UUID

from django.db import DatabaseError

from firmament.kernel.identity.events import SignInThrottled
from firmament.kernel.identity.models import User
from firmament.kernel.identity.people import actor_for
from firmament.kernel.ledger.events import Event
from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmAccess
from firmament.kernel.tenancy.transaction import firm_transaction

log = logging.getLogger(__name__)

SIGN_IN = "identity.sign_in"


def tell_firms(user: User, event: Event) -> None:
    """Record something that the person did."""
    for firm_id, domain in _firms_of(user):
        with firm_transaction(firm_id):
            actor = actor_for(user, domain)
            if actor is not None:
                record(actor, event)


def tell_firms_of_throttling(email: str, place: str) -> None:
    """Record that somebody's password is being guessed at; nothing where nobody has the address."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        return
    try:
        for firm_id, _domain in _firms_of(user):
            with firm_transaction(firm_id):
                record(Actor.system(SIGN_IN), SignInThrottled(user_id=user.pk, ip_prefix=place))
    except DatabaseError:
        # The refusal itself must still be given.
        log.exception("A throttled sign-in could not be recorded")


def _firms_of(user: User) -> list[tuple[UUID, str]]:
    accesses = FirmAccess.objects.filter(user_id=user.pk).exclude(firm__state=Firm.State.CANCELED)
    return list(accesses.order_by("firm_id").values_list("firm_id", "domain"))
