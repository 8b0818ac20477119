"""The gate: may this actor do this, to this, and to which.

Order of the answer: firm, identity domain, ethical wall, role or scope, reach, classification, duties kept apart. Nothing that is not
allowed by a rule is allowed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from firmament.kernel.ledger.record import act_under
from firmament.kernel.policies.apart import Duty, note_use, used_by_entry
from firmament.kernel.policies.authority import Authority, Loan, authority_of, token_covers
from firmament.kernel.policies.compile import (
    Holds,
    behind_wall,
    both,
    condition,
    either,
    outside_duties,
    outside_walls,
    refusing,
    truth,
)
from firmament.kernel.policies.fields import Subject, field_in
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.policies.rules import Everyone, Rule
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm

# The stage at which it is refused to do anything while one looks as somebody else.
LOOKING = "looking"

# Matches no row, and Django then asks the database nothing at all.
NOTHING = Q(pk__in=())
# Matches every row and costs nothing in SQL. Not Q(): that one vanishes under ~ and |, and so lets through.
EVERYTHING = ~NOTHING


@dataclass(frozen=True, slots=True)
class Ruling:
    """An answer and the rule that gave it: `<power>/<stage>`, the stage being where the answer was found.

    `loan` is by whose lent power it is yes, where it is by that alone.
    """

    allowed: bool | None
    rule_id: str
    loan: Loan | None = None


class Denied(PermissionDenied):
    """The actor may not. `rule_id` says which rule refused; `trace` what it saw, in plain sentences without names."""

    def __init__(self, power: str, rule_id: str, trace: tuple[str, ...] = ()) -> None:
        super().__init__(power, rule_id)
        self.power = power
        self.rule_id = rule_id
        self.trace = trace

    @property
    def sensitive(self) -> bool:
        """Whether the entrance must write the refusal down: also that of duties which are kept apart, always."""
        return declaration(self.power).sensitive or self.rule_id.endswith("/duties")

    @property
    def looking(self) -> bool:
        """Whether it was refused because somebody looks as somebody else, and not because of a rule."""
        return self.rule_id == f"{self.power}/{LOOKING}"


def rule_for(authority: Authority, declared: Declaration) -> tuple[Rule | None, str]:
    """The rule that applies in the actor's domain and its stage; no rule, and the stage that found none."""
    actor = authority.actor
    match actor.domain:
        case Domain.STAFF | Domain.TOKEN if not authority.live:
            return None, "membership"
        case Domain.CLIENT if not authority.live:
            return None, "grant"
        case Domain.TOKEN if not token_covers(actor.scopes, declared):
            return None, "token"
        case Domain.STAFF | Domain.TOKEN:
            return declared.staff, "staff"
        case Domain.CLIENT:
            return declared.client, "client"
        case Domain.SYSTEM:
            return (Everyone() if declared.power in authority.powers else None), "system"
        case Domain.OPERATOR if authority.live and declared.needs_opening and not authority.opened:
            return None, "session"
        case _:
            return (declared.operator if authority.live else None), "operator"


def same_firm(actor: Actor, obj: models.Model) -> bool:
    """Whether the object belongs to the actor's firm; an object of no firm belongs to every one."""
    firm_id = obj.pk if isinstance(obj, Firm) else getattr(obj, "firm_id", actor.firm_id)
    return bool(firm_id == actor.firm_id)


def judge(authority: Authority, declared: Declaration, subject: Subject | None) -> Ruling:
    """The answer for one object, or (None) that it depends on an object there is not.

    First by what the actor holds themself; else by what was lent to them: what the lender could do, to what the
    lender could do it, unless a wall keeps the borrower from it. Where somebody looks as the actor, what is read is
    also asked of whoever looks.
    """
    ruling = _by_oneself_or_lent(authority, declared, subject)
    eyes = _asked_too(authority, declared)
    if eyes is None or ruling.allowed is False:
        return ruling
    theirs = judge(eyes, declared, subject)
    return ruling if theirs.allowed is True else Ruling(theirs.allowed, f"{declared.power}/looker")


def _asked_too(authority: Authority, declared: Declaration) -> Authority | None:
    """Who is asked besides the actor: whoever looks as them, about reading.

    What changes something cannot be done by whoever looks, and is shown as the person themself has it; what only a
    client's person has is behind the walls of both already.
    """
    return authority.eyes if declared.reads and declared.staff is not None else None


def _by_oneself_or_lent(authority: Authority, declared: Declaration, subject: Subject | None) -> Ruling:
    ruling = _by_oneself(authority, declared, subject)
    if ruling.allowed is True:
        return ruling
    for loan in authority.loans_of(declared.power):
        lent = _by_oneself(loan.authority, declared, subject)
        if lent.allowed is False or (subject is not None and behind_wall(authority, subject)):
            continue
        if duties := refusing(authority, declared, subject):
            return _kept_apart(declared, duties[0])
        if lent.allowed is True:
            return Ruling(True, f"{declared.power}/lent", loan)
        ruling = Ruling(None, f"{declared.power}/lent")
    return ruling


def _by_oneself(authority: Authority, declared: Declaration, subject: Subject | None) -> Ruling:
    power = declared.power
    if subject is not None and not same_firm(authority.actor, subject.obj):
        return Ruling(False, f"{power}/firm")
    rule, stage = rule_for(authority, declared)
    if rule is None:
        return Ruling(False, f"{power}/{stage}")
    if subject is not None and behind_wall(authority, subject):
        return Ruling(False, f"{power}/wall")
    prefix = prefix_for(declared, subject.model) if subject is not None else ""
    held = truth(rule, authority, power, subject, prefix)
    if held is not False and authority.duties and (duties := refusing(authority, declared, subject)):
        return _kept_apart(declared, duties[0])
    return Ruling(held, f"{power}/{stage}")


def _kept_apart(declared: Declaration, duty: Duty) -> Ruling:
    return Ruling(False, f"{declared.power}/{duty.id}/duties")


def prefix_for(declared: Declaration, model: type[models.Model]) -> str:
    """Where the rule's fields start, seen from the model.

    A model the power was not declared for is taken at its own fields; one that lacks them is an error, told by
    the path that leads nowhere.
    """
    return declared.prefix(model._meta.label_lower) or ""


def allows(actor: Actor, power: str, obj: models.Model | None = None) -> bool:
    """May they do it to this object? Without one: may they whatever the object is."""
    subject = None if obj is None else Subject(obj)
    return judge(authority_of(actor), declaration(power), subject).allowed is True


def require(actor: Actor, power: str, obj: models.Model | None = None) -> None:
    """Go on only if they may; `Denied` otherwise. The first line of every action.

    Whoever looks as somebody else goes on with reading alone.
    """
    require_any(actor, (power,), obj)


def require_any(actor: Actor, powers: Sequence[str], obj: models.Model | None = None) -> None:
    """Go on if any of these powers allows it; the first that does is the one that is used. `Denied` for the first."""
    authority, subject = authority_of(actor), None if obj is None else Subject(obj)
    refusal: Ruling | None = None
    for power in powers:
        declared = declaration(power)
        if actor.looker is not None and not declared.reads:
            raise Denied(
                str(power), f"{power}/{LOOKING}", ("nothing is done while one looks as somebody else",)
            )
        ruling = judge(authority, declared, subject)
        if ruling.allowed is True and authority.duties and actor.membership_id is not None:
            duty = note_use(actor.membership_id, authority.duties, declared, subject)
            ruling = ruling if duty is None else _kept_apart(declared, duty)
        if ruling.allowed is True:
            if ruling.loan is not None:
                act_under(actor, ruling.loan.delegation_id)
            return
        refusal = refusal or ruling
    assert refusal is not None, "at least one power is asked for"
    raise Denied(str(powers[0]), refusal.rule_id, _trace(refusal))


def note_uses_of_entry(actor: Actor, things: Collection[tuple[str, UUID]]) -> None:
    """What an entry names was done by the powers asked for in its transaction; `Denied` where a pair refuses that."""
    refused = used_by_entry(actor, things)
    if refused is not None:
        power, duty = refused
        ruling = _kept_apart(declaration(power), duty)
        raise Denied(power, ruling.rule_id, _trace(ruling))


def _trace(ruling: Ruling) -> tuple[str, ...]:
    stage = ruling.rule_id.rpartition("/")[2]
    reasons = {
        "firm": "the object belongs to another firm",
        "membership": "the membership is not active",
        "grant": "no portal grant is in force",
        "token": "the token's scopes do not reach this power",
        "wall": "an ethical wall stands before it",
        "duties": "segregation of duties: one person may not do both",
        "system": "the power is not declared beside the job",
        "operator": "operators see metadata only",
        "session": "no break-glass session opens the firm",
    }
    unmet = (
        "the rule depends on an object" if ruling.allowed is None else f"the rule for the {stage} is not met"
    )
    return (reasons.get(stage, unmet),)


def may(actor: Actor, power: str) -> bool:
    """Could they ever, for some object? For menus and entrances; `require` still decides on the object."""
    return judge(authority_of(actor), declaration(power), None).allowed is not False


def visible(actor: Actor, power: str, model: type[models.Model], *, holds: Holds = field_in) -> Q:
    """The rows of the model for which `allows` is true, as a condition: exact, so counts and pages are too.

    With `holds` the condition is about another table that holds the same facts (kernel.search).
    """
    found = reached(authority_of(actor), declaration(power), model, holds)
    if isinstance(found, Q):
        return found
    return EVERYTHING if found else NOTHING


def reached(
    authority: Authority, declared: Declaration, model: type[models.Model], holds: Holds = field_in
) -> Q | bool:
    """The rows an authority reaches by a power; True or False where that hangs on no row.

    Where somebody looks as the actor: those of them that whoever looks may see too, whatever the power is.
    """
    found = _own_and_lent(authority, declared, model, holds)
    if authority.eyes is None:
        return found
    view = getattr(model, "view_power", "")
    seen = declared if declared.reads or not view else declaration(view)
    return both([found, seen.staff is None or reached(authority.eyes, seen, model, holds)])


def _own_and_lent(
    authority: Authority, declared: Declaration, model: type[models.Model], holds: Holds
) -> Q | bool:
    lent = [_reached(loan.authority, declared, model, holds) for loan in authority.loans_of(declared.power)]
    own = _reached(authority, declared, model, holds)
    if not lent:
        return own
    mine = [outside_walls(model, authority, holds), outside_duties(model, authority, declared, holds)]
    return either([own, both([*mine, either(lent)])])


def _reached(
    authority: Authority, declared: Declaration, model: type[models.Model], holds: Holds
) -> Q | bool:
    rule, _stage = rule_for(authority, declared)
    if rule is None:
        return False
    prefix = prefix_for(declared, model)
    kept = [outside_walls(model, authority, holds), outside_duties(model, authority, declared, holds)]
    return both([*kept, condition(rule, authority, declared.power, model, prefix, holds)])


def resolve_visibility(actor: Actor, model: type[models.Model]) -> Q:
    """What `FirmQuerySet.visible_to` asks: the model's own `view_power`; a model without one is shown to nobody."""
    power = getattr(model, "view_power", "")
    return visible(actor, power, model) if power else NOTHING
