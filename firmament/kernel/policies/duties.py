"""Which powers are kept apart, and who need not keep them so: said, put in force, exempted from, and taken back."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import plainly
from firmament.kernel.policies.apart import kind_of_things
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.holders import Holder, in_breach
from firmament.kernel.policies.kernel_events import (
    DutiesEnforced,
    DutiesJoined,
    DutiesParted,
    DutyExempted,
    DutyExemptionEnded,
)
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models_duties import LONGEST_EXEMPTION, DutyException, DutyPair
from firmament.kernel.policies.powers import Declaration, declarations, title_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now

# Whoever could be kept from it could not end a pair any more, and nobody might be left who can.
NEVER_KEPT_APART = frozenset({str(Can.MANAGE_DUTIES)})


def keepable() -> dict[str, Declaration]:
    """The powers that can stand in a pair: those that a role can give."""
    return {
        declared.power: declared
        for declared in declarations()
        if declared.roles and declared.power not in NEVER_KEPT_APART
    }


def part_duties(actor: Actor, *, first: str, second: str, kind: str, reason: str) -> DutyPair:
    """Say that two powers are kept apart.

    What nobody may hold both of is in force at once where nobody does; else it waits for `enforce_duties`. ValidationError
    for the same power twice, for one that cannot be kept apart, and for two that are used on nothing they have in common.
    """
    require(actor, Can.MANAGE_DUTIES)
    power_a, power_b = sorted((str(first), str(second)))
    pair = DutyPair(
        power_a=power_a,
        power_b=power_b,
        kind=kind,
        subject=_subject(str(first), str(second), kind),
        reason=reason,
        declared_by_id=actor.membership_id,
        in_force_at=now() if kind == DutyPair.Kind.USE else None,
    )
    pair.full_clean(exclude=["firm", "declared_by"])
    with plainly():
        pair.save(force_insert=True)
        if kind == DutyPair.Kind.HOLD and not in_breach(pair):
            pair.in_force_at = now()
            pair.save(update_fields=["in_force_at", "updated_at"])
    record(
        actor,
        DutiesParted(
            pair_id=pair.pk,
            **_titles(pair),
            powers=pair.powers,
            kind=pair.kind,
            reason=pair.reason,
            in_force=pair.in_force_at is not None,
        ),
    )
    return pair


def enforce_duties(actor: Actor, pair: DutyPair) -> DutyPair:
    """Put a pair in force that waited for those who have both. ValidationError, with their names, while anybody does."""
    require(actor, Can.MANAGE_DUTIES, pair)
    held = in_breach(pair)
    if held:
        raise ValidationError(
            _("Still has both: %(who)s. Take one of the two away, or exempt them until a day.")
            % {"who": "; ".join(_with_paths(pair, holder) for holder in held)},
            code="breach",
        )
    with plainly():
        waiting = DutyPair.objects.standing().filter(pk=pair.pk, in_force_at__isnull=True)
        if waiting.update(in_force_at=now()):
            record(actor, DutiesEnforced(pair_id=pair.pk, **_titles(pair)))
    pair.refresh_from_db()
    return pair


def join_duties(actor: Actor, pair: DutyPair, *, reason: str) -> DutyPair:
    """Say that the two need not be kept apart any more. Doing it twice is one line in the ledger."""
    require(actor, Can.MANAGE_DUTIES, pair)
    _require_reason(reason)
    with plainly():
        standing = DutyPair.objects.standing().filter(pk=pair.pk)
        if standing.update(retired_at=now(), retired_reason=reason):
            record(actor, DutiesJoined(pair_id=pair.pk, **_titles(pair), reason=reason))
    pair.refresh_from_db()
    return pair


def exempt(
    actor: Actor, pair: DutyPair, membership: Membership, *, reason: str, ends_at: datetime
) -> DutyException:
    """Let somebody hold or use both until an end, a year away at most. It takes the place of what they had before.

    ValidationError for oneself, for an end in the past or too far away, and without a reason.
    """
    require(actor, Can.MANAGE_DUTIES, pair)
    if membership.pk == actor.membership_id or actor.membership_id is None:
        raise ValidationError({"membership": _("Somebody else has to exempt you.")}, code="oneself")
    if pair.retired_at is not None:
        raise ValidationError(_("These two are not kept apart any more."), code="retired")
    if not now() < ends_at <= now() + LONGEST_EXEMPTION:
        raise ValidationError({"ends_at": _("Choose a day within the next year.")}, code="ends_at")
    granted = DutyException(
        pair=pair,
        membership=membership,
        granted_by_id=actor.membership_id,
        reason=reason,
        ends_at=ends_at,
    )
    granted.full_clean(exclude=["firm", "granted_by"])
    with plainly():
        granted.save(force_insert=True)
        earlier = DutyException.objects.in_force(at=now()).filter(pair=pair, membership=membership)
        earlier.exclude(pk=granted.pk).update(ended_at=now())
    record(
        actor,
        DutyExempted(
            pair_id=pair.pk,
            membership_id=membership.pk,
            **_titles(pair),
            person=membership.user.name,
            reason=granted.reason,
            ends_at=ends_at,
        ),
    )
    return granted


def end_exemption(actor: Actor, granted: DutyException) -> DutyException:
    """End it at once. ValidationError while the person holds both powers: one of them goes first."""
    pair = granted.pair
    require(actor, Can.MANAGE_DUTIES, pair)
    with plainly():
        if DutyException.objects.in_force(at=now()).filter(pk=granted.pk).update(ended_at=now()):
            record(
                actor,
                DutyExemptionEnded(
                    pair_id=pair.pk,
                    membership_id=granted.membership_id,
                    **_titles(pair),
                    person=granted.membership.user.name,
                ),
            )
    granted.refresh_from_db()
    return granted


def _subject(first: str, second: str, kind: str) -> str:
    """What both are used on, by the label of its model; "" for a pair that nobody may hold both of."""
    known = keepable()
    if first == second:
        raise ValidationError({"second": _("Choose another one.")}, code="same")
    for field, power in (("first", first), ("second", second)):
        if power not in known:
            raise ValidationError({field: _("This cannot be kept apart from anything.")}, code="power")
    if kind != DutyPair.Kind.USE:
        return ""
    if known[first].reads or known[second].reads:
        raise ValidationError(
            {"kind": _("Seeing a thing leaves no mark on it. Choose that nobody may have both.")},
            code="reads",
        )
    label = kind_of_things(known[first], known[second])
    if not label:
        raise ValidationError(
            {
                "kind": _(
                    "These two are not done to the same kind of thing. Choose that nobody may have both."
                )
            },
            code="subject",
        )
    return label


def _titles(pair: DutyPair) -> dict[str, str]:
    return {"first": title_of(pair.power_a), "second": title_of(pair.power_b)}


def _with_paths(pair: DutyPair, holder: Holder) -> str:
    first, second = holder.paths
    return _("%(name)s (%(first)s: %(path)s; %(second)s: %(other)s)") % {
        "name": holder.member.user.name,
        **_titles(pair),
        "path": first,
        "other": second,
    }


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")}, code="required")
