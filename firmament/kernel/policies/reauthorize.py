"""Who a run works for, asked again when it starts and at every beat: a right taken away stops the work."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model

from firmament.kernel.jobs.errors import NotAuthorized
from firmament.kernel.ledger.kernel_events import PowerDenied
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import authority_of, forget_authority, with_roles
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.models import Membership

if TYPE_CHECKING:
    from firmament.kernel.jobs.models import JobRun
    from firmament.kernel.jobs.registry import JobSpec

# Where the answer was found, as the rule ids of `decide` name it, when the person is no more whom the run worked for.
_STAGES = {Domain.STAFF: "membership", Domain.CLIENT: "grant", Domain.TOKEN: "token"}


def _no_tokens(token_id: UUID) -> bool:
    raise NotAuthorized("Nobody can vouch for this token.")


# Set by identity, which keeps the tokens: whether one is neither revoked nor expired.
token_is_live: Callable[[UUID], bool] = _no_tokens


def set_token_check(check: Callable[[UUID], bool]) -> None:
    """Name who knows whether a token still counts (kernel.identity, at start)."""
    global token_is_live
    token_is_live = check


def actor_of_run(run: "JobRun") -> Actor:
    """The person, client or token a run works for, as they are now; `NotAuthorized` when they are no more."""
    forget_authority()
    match run.domain:
        case Domain.STAFF:
            actor = staff_actor(run.membership_id)
        case Domain.CLIENT:
            actor = _client_actor(run.user_id)
        case Domain.TOKEN:
            actor = _token_actor(run)
        case _:
            raise NotAuthorized(f"A run cannot work for the domain {run.domain}.")
    if not authority_of(actor).live:
        raise NotAuthorized("The person this run works for no longer has access.")
    return actor


def note_refusal(run: "JobRun", spec: "JobSpec", error: Exception) -> None:
    """Write into the ledger that queued work was refused, by whose missing right and which rule.

    Each refusal, and not only of sensitive powers: whoever asked could do it when they asked, so it tells of a right
    that was taken away in between. Other failures are none of this.
    """
    denied = error if isinstance(error, Denied) else error.__cause__
    domain = Domain(run.domain) if spec.for_a_person else Domain.SYSTEM
    if isinstance(denied, Denied):
        power, rule = denied.power, denied.rule_id
    elif isinstance(error, NotAuthorized) and domain in _STAGES:
        power = next((asked for asked in spec.asks if " " not in asked), spec.code)
        rule = f"{power}/{_STAGES[domain]}"
    else:
        return
    record(_whose(run, domain), PowerDenied(power=power, rule=rule, path=f"job {run.code}", run_id=run.pk))


def _whose(run: "JobRun", domain: Domain) -> Actor:
    """Who acted, by the ids alone: they may be no more."""
    if domain == Domain.SYSTEM:
        return Actor.system(run.code)
    return Actor(
        domain=domain,
        firm_id=current_firm_id(),
        user_id=run.user_id,
        membership_id=run.membership_id,
        token_id=run.token_id,
        job=run.code,
    )


def staff_actor(membership_id: UUID | None) -> Actor:
    """The member as an actor, with the roles held now."""
    membership = _member(membership_id)
    return with_roles(Actor.of_staff(membership))


def _client_actor(user_id: UUID | None) -> Actor:
    user = get_user_model()._default_manager.filter(pk=user_id).first() if user_id else None
    if user is None:
        raise NotAuthorized("The person this run works for is gone.")
    return Actor.of_client(user, current_firm_id())


def _token_actor(run: "JobRun") -> Actor:
    if run.token_id is None or not token_is_live(run.token_id):
        raise NotAuthorized("The token this run works for is revoked or has expired.")
    membership = _member(run.membership_id)
    return Actor.of_token(
        membership, token_id=run.token_id, name=membership.user.name, scopes=frozenset(run.scopes)
    )


def _member(membership_id: UUID | None) -> Membership:
    people = Membership.objects.select_related("user")
    membership = people.filter(pk=membership_id).first() if membership_id else None
    if membership is None:
        raise NotAuthorized("The member this run works for is gone.")
    assert isinstance(membership, Membership)
    return membership
