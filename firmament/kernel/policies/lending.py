"""Powers lent for a time: an absence does not stop the work, and does not give anything away for good."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import plainly
from firmament.kernel.policies.authority import Authority, authority_of, forget_authority
from firmament.kernel.policies.decide import Denied, require, require_any
from firmament.kernel.policies.events import PowersLent, PowersTakenBack
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import DelegatedPower, Delegation
from firmament.kernel.policies.powers import declarations
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now

LONGEST = timedelta(days=183)


def lendable_powers(authority: Authority) -> frozenset[str]:
    """What somebody could lend: what their roles carry and may be lent; never what was lent to them."""
    held = authority.held
    return frozenset(
        declared.power for declared in declarations() if declared.lendable and declared.power in held
    )


def lend_powers(
    actor: Actor,
    *,
    lender: Membership,
    borrower: Membership,
    powers: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> Delegation:
    """Let the borrower do what the lender may, from one instant to another. It ends by itself.

    One lends one's own; who lends in the place of somebody else needs the power for that, and every power that is lent.
    ValidationError for a power that the lender lacks, borrowed, or cannot lend; for an end in the past, and one that is
    more than half a year away.
    """
    times = {"starts_at": starts_at, "ends_at": ends_at}
    lent = Delegation(lender=lender, borrower=borrower, reason=reason.strip(), **times)
    own = lender.pk == actor.membership_id and actor.domain == Domain.STAFF
    require(actor, Can.LEND if own else Can.MANAGE_DELEGATIONS, lent)
    chosen = _checked(actor, lender, powers, own=own)
    _check(lent)
    with plainly():
        lent.save(force_insert=True)
        DelegatedPower.objects.bulk_create(DelegatedPower(delegation=lent, power=power) for power in chosen)
    record(
        actor,
        PowersLent(
            delegation_id=lent.pk,
            lender_id=lender.pk,
            borrower_id=borrower.pk,
            lender=lender.user.name,
            borrower=borrower.user.name,
            powers=tuple(chosen),
            reason=lent.reason,
            **times,
        ),
    )
    forget_authority()
    return lent


def take_back(actor: Actor, lent: Delegation) -> Delegation:
    """End it at once. Doing it twice is one line in the ledger."""
    require_any(actor, (Can.LEND, Can.MANAGE_DELEGATIONS), lent)
    if Delegation.objects.not_over(at=now()).filter(pk=lent.pk).update(taken_back_at=now()):
        record(
            actor,
            PowersTakenBack(
                delegation_id=lent.pk,
                lender_id=lent.lender_id,
                borrower_id=lent.borrower_id,
                lender=lent.lender.user.name,
                borrower=lent.borrower.user.name,
            ),
        )
    forget_authority()
    lent.refresh_from_db()
    return lent


def _checked(actor: Actor, lender: Membership, powers: Collection[str], *, own: bool) -> list[str]:
    theirs = lendable_powers(authority_of(Actor.of_staff(lender)))
    chosen = sorted({str(power) for power in powers})
    if not chosen or set(chosen) - theirs:
        raise ValidationError({"powers": _("Choose what is lent, of what can be lent.")}, code="powers")
    lacking = set() if own or actor.domain == Domain.SYSTEM else set(chosen) - authority_of(actor).held
    if lacking:
        raise Denied(
            Can.MANAGE_DELEGATIONS,
            f"{Can.MANAGE_DELEGATIONS}/lacks",
            tuple(f"lacks {power}" for power in sorted(lacking)),
        )
    return chosen


def _check(lent: Delegation) -> None:
    if lent.borrower.state != Membership.State.ACTIVE:
        raise ValidationError({"borrower": _("Choose somebody who is active.")}, code="borrower")
    if lent.ends_at <= now():
        raise ValidationError({"ends_at": _("The end lies in the past.")}, code="ends_at")
    if lent.ends_at - max(lent.starts_at, now()) > LONGEST:
        raise ValidationError(
            {
                "ends_at": _(
                    "Powers are lent for half a year at most. Give a role to whoever needs them longer."
                )
            },
            code="ends_at",
        )
    lent.full_clean(exclude=["firm"])
