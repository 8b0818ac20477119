"""Looking at the firm as somebody else sees it: begun for a reason, over by itself, and nothing is changed.

What is shown is what both may see. So nobody looks as somebody who may do what they may not: they would learn of
buttons and pages that are not for them. Where the two differ by walls, classification or ownership, the narrower counts.
"""

from dataclasses import replace
from typing import TypedDict
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.identity.events import LookBegun, LookEnded, PageSeenAs
from firmament.kernel.identity.models import Look, User
from firmament.kernel.identity.people import actor_for
from firmament.kernel.identity.policies import Can
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import Authority, authority_of
from firmament.kernel.policies.decide import allows, require
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.powers import title_of
from firmament.kernel.policies.scopes import up_to
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmAccess, Membership
from firmament.lib.instant import now

NAMED = 3


class LookOver(Exception):
    """Whoever looked may look no longer; `how` says why."""

    def __init__(self, how: Look.How) -> None:
        super().__init__(how)
        self.how = how


def begin_look(
    actor: Actor,
    *,
    reason: str,
    session_id: UUID,
    member: Membership | None = None,
    person: User | None = None,
) -> Look:
    """Begin to look as a member of the firm, or as a client's person who may use the portal.

    ValidationError for oneself, for somebody who cannot come in, and for somebody who may do what the actor may not.
    """
    require(actor, Can.SEE_AS)
    seen = _to_be_seen(actor, member, person)
    assert actor.membership_id is not None  # a member of the firm has one
    _end_of_session(actor, session_id)
    begun_at = now()
    look = Look(
        looker_id=actor.membership_id,
        member=member,
        person=seen,
        reason=reason.strip(),
        session_id=session_id,
        begun_at=begun_at,
        ends_at=begun_at + Look.LONGEST,
    )
    look.full_clean(exclude=["firm"])
    look.save(force_insert=True)
    record(actor, LookBegun(**_about(look), reason=look.reason, ends_at=look.ends_at))
    return look


def _to_be_seen(actor: Actor, member: Membership | None, person: User | None) -> User:
    """Whom it is about, if the actor may look as them now."""
    seen = member.user if member is not None else person
    if actor.domain != Domain.STAFF or seen is None:
        raise ValidationError(_("Choose whom you want to see Firmament as."), code="person")
    domain = FirmAccess.Domain.STAFF if member is not None else FirmAccess.Domain.CLIENT
    them = actor_for(seen, domain)
    if them is None or not _may_know_of(actor, seen, domain):
        raise ValidationError(
            _("%(name)s cannot come in at the moment, or only to what you may not see.")
            % {"name": seen.name},
            code="person",
        )
    if more := what_is_more(authority_of(them), authority_of(actor)):
        raise ValidationError(
            _("%(name)s may do what you may not, so you cannot look as them: %(more)s.")
            % {"name": seen.name, "more": "; ".join(more)},
            code="more",
        )
    return seen


def _may_know_of(actor: Actor, person: User, domain: str) -> bool:
    """Whether the actor may know that the person is there, and would see anything at all."""
    if domain == FirmAccess.Domain.STAFF:
        return Membership.objects.visible_to(actor).filter(user=person).exists()
    grants = PortalGrant.objects.visible_to(actor).in_force(at=now()).filter(user=person)
    return bool(grants.exclude(client_id__in=authority_of(actor).walled_clients).exists())


def what_is_more(person: Authority, looker: Authority) -> tuple[str, ...]:
    """What the person may do and whoever looks may not, in words; also by what was lent to them.

    What clients' people may do hangs on no role, and nobody of the firm lacks it; how far they see is compared.
    """
    lent = {power for loan in person.loans for power in loan.authority.powers}
    lacking = sorted((person.powers.keys() | lent) - looker.held)
    found = [title_of(power) for power in lacking[:NAMED]]
    if len(lacking) > NAMED:
        found.append(_("and %(n)s more") % {"n": len(lacking) - NAMED})
    if person.clearance not in up_to(looker.clearance) and person.clearance:
        found.append(_("it sees further"))
    return tuple(found)


def enter_look(look_id: UUID, *, looker: User, person: User, session_id: UUID | None) -> tuple[Look, Actor]:
    """The look that goes on, and the person as an actor who only looks; `LookOver` as soon as anything speaks against it.

    Asked in every request's own transaction, so that what was taken away counts from the very next one.
    """
    me = actor_for(looker, FirmAccess.Domain.STAFF)
    if me is None or session_id is None or not allows(me, Can.SEE_AS):
        raise LookOver(Look.How.REVOKED)
    mine = Look.objects.filter(looker_id=me.membership_id, person=person, session_id=session_id)
    look: Look | None = mine.filter(pk=look_id).first()
    if look is None:
        raise LookOver(Look.How.REVOKED)
    if look.ended_at is not None or look.ends_at <= now():
        raise LookOver(Look.How.TIME)
    them = actor_for(person, FirmAccess.Domain.STAFF if look.member_id else FirmAccess.Domain.CLIENT)
    if them is None:
        raise LookOver(Look.How.GONE)
    if what_is_more(authority_of(them), authority_of(me)):
        raise LookOver(Look.How.MORE)
    look.person = person
    return look, replace(them, looker=me)


def end_look(actor: Actor, look_id: UUID, *, how: Look.How) -> None:
    """Stop looking. Nobody needs a right for that. Doing it twice is one line in the ledger, and the first word counts."""
    for look in Look.objects.filter(pk=look_id, looker_id=actor.membership_id).select_related("person"):
        _end(actor, look, how)


def _end_of_session(actor: Actor, session_id: UUID) -> None:
    """What went on, or ran out unnoticed, in the same browser: one looks as one person at a time."""
    for look in Look.objects.filter(session_id=session_id, ended_at__isnull=True).select_related("person"):
        _end(actor, look, Look.How.STOPPED if look.ends_at > now() else Look.How.TIME)


def _end(actor: Actor, look: Look, how: Look.How) -> None:
    if Look.objects.filter(pk=look.pk, ended_at__isnull=True).update(ended_at=now(), how=how):
        record(actor, LookEnded(**_about(look), how=str(how)))


def note_page(look: Look, looker: Actor, *, page: str, path: str) -> None:
    """Write down that a page was looked at: under whoever looks, about the person they look as."""
    record(looker, PageSeenAs(**_about(look), page=page, path=path[:200]))


class _About(TypedDict):
    look_id: UUID
    membership_id: UUID | None
    person_id: UUID
    person: str


def _about(look: Look) -> _About:
    """What every event of a look says of it."""
    return {
        "look_id": look.pk,
        "membership_id": look.member_id,
        "person_id": look.person_id,
        "person": look.person.name,
    }
