"""Who is an operator now, and what is open to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from firmament.kernel.breakglass.models import LIVE, Operator, Session, SessionLookup, State
from firmament.kernel.policies.authority import OperatorStanding
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

# Operators are made with the owner's connection, which only commands have: whoever gets hold of the application's
# can make none.
OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoor:
    """A session that stands open, as the banner tells of it."""

    session_id: UUID
    firm: str
    slug: str
    ends_at: datetime


def operator_of(user_id: UUID | None) -> Operator | None:
    """The operator that a signed-in person is now. Asked at every request: an account that was ended is out at once."""
    if user_id is None:
        return None
    rows = Operator.objects.select_related("user")
    return rows.filter(user_id=user_id, user__is_active=True, ended_at__isnull=True).first()


def actor_of(operator: Operator) -> Actor:
    """The operator in the firm at hand."""
    return Actor.of_operator(operator.user)


def standing_of(user_id: UUID) -> OperatorStanding:
    """Whether the person is an operator, and whether the firm at hand is open to them, at this instant."""
    if operator_of(user_id) is None:
        return OperatorStanding(live=False, open=False)
    opened = Session.objects.open_at(now()).filter(operator__user_id=user_id).exists()
    return OperatorStanding(live=True, open=opened)


def open_session(operator: Operator) -> Session | None:
    """The session by which the firm at hand is open to the operator now."""
    found: Session | None = Session.objects.open_at(now()).filter(operator=operator).first()
    return found


def open_doors(operator: Operator) -> list[OpenDoor]:
    """Every firm that is open to the operator now."""
    rows = SessionLookup.objects.filter(operator=operator, state=State.OPEN, ends_at__gt=now())
    return [
        OpenDoor(session_id=row.session_id, firm=row.firm.name, slug=row.firm.slug, ends_at=row.ends_at)
        for row in rows.select_related("firm").order_by("ends_at")
        if row.ends_at is not None
    ]


def make_operator(*, email: str, name: str, password: str, timezone: str = "UTC") -> tuple[Operator, bool]:
    """Let a person run the installation; whether their account was made. For the command alone: no page does this.

    ValidationError for somebody who belongs to a firm: whoever runs the platform is nobody's partner or client.
    """
    people = get_user_model()._default_manager.db_manager(OWNER)
    address = email.strip().lower()
    user = people.filter(email=address).first()
    made = user is None
    try:
        with transaction.atomic(using=OWNER):
            if user is None:
                user = people.create_user(address, name, password, timezone=timezone)
            rows = Operator.objects.using(OWNER)
            operator, _new = rows.get_or_create(user=user)
            rows.filter(pk=operator.pk, ended_at__isnull=False).update(ended_at=None)
    except IntegrityError as refused:
        diagnosis = getattr(refused.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != "operator_of_no_firm":
            raise
        raise ValidationError(
            _("%(email)s belongs to a firm; an operator belongs to none.") % {"email": address},
            code="operator_of_no_firm",
        ) from refused
    return rows.select_related("user").get(pk=operator.pk), made


def end_operator(*, email: str) -> bool:
    """Take the account's operator away, at once; False where it was none. For the command alone.

    Sessions of theirs that stand open end with their time; nothing can be read by them any more.
    """
    rows = Operator.objects.using(OWNER).filter(user__email=email.strip().lower(), ended_at__isnull=True)
    return bool(rows.update(ended_at=now()))


def firms_with_work(at: datetime) -> list[tuple[UUID, UUID]]:
    """Firm and session of whatever is still live though its time is up, or waits to be begun."""
    rows = SessionLookup.objects.filter(state__in=LIVE).exclude(state=State.OPEN, ends_at__gt=at)
    return list(rows.order_by("firm_id").values_list("firm_id", "session_id"))
