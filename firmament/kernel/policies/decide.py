"""The gate: may this actor do this, to this, and to which.

Order of the answer: firm, identity domain, ethical wall, role or scope, reach, classification. Nothing that is not
allowed by a rule is allowed.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from firmament.kernel.policies.authority import Authority, authority_of, token_covers
from firmament.kernel.policies.compile import behind_wall, both, condition, outside_walls, truth
from firmament.kernel.policies.fields import Subject
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.policies.rules import Everyone, Rule
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm

# Matches no row, and Django then asks the database nothing at all.
NOTHING = Q(pk__in=())
# Matches every row and costs nothing in SQL. Not Q(): that one vanishes under ~ and |, and so lets through.
EVERYTHING = ~NOTHING


@dataclass(frozen=True, slots=True)
class Ruling:
    """An answer and the rule that gave it: `<power>/<stage>`, the stage being where the answer was found."""

    allowed: bool | None
    rule_id: str


class Denied(PermissionDenied):
    """The actor may not. `rule_id` says which rule refused; `trace` what it saw, in plain sentences without names."""

    def __init__(self, power: str, rule_id: str, trace: tuple[str, ...] = ()) -> None:
        super().__init__(power, rule_id)
        self.power = power
        self.rule_id = rule_id
        self.trace = trace

    @property
    def sensitive(self) -> bool:
        """Whether the entrance must write the refusal down."""
        return declaration(self.power).sensitive


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
        case _:
            return None, "operator"


def same_firm(actor: Actor, obj: models.Model) -> bool:
    """Whether the object belongs to the actor's firm; an object of no firm belongs to every one."""
    firm_id = obj.pk if isinstance(obj, Firm) else getattr(obj, "firm_id", actor.firm_id)
    return bool(firm_id == actor.firm_id)


def judge(authority: Authority, declared: Declaration, subject: Subject | None) -> Ruling:
    """The answer for one object, or (None) that it depends on an object there is not."""
    power = declared.power
    if subject is not None and not same_firm(authority.actor, subject.obj):
        return Ruling(False, f"{power}/firm")
    rule, stage = rule_for(authority, declared)
    if rule is None:
        return Ruling(False, f"{power}/{stage}")
    if subject is None:
        return Ruling(truth(rule, authority, power, None), f"{power}/{stage}")
    if behind_wall(authority, subject):
        return Ruling(False, f"{power}/wall")
    return Ruling(
        truth(rule, authority, power, subject, prefix_for(declared, subject.model)), f"{power}/{stage}"
    )


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
    """Go on only if they may; `Denied` otherwise. The first line of every action."""
    declared = declaration(power)
    ruling = judge(authority_of(actor), declared, None if obj is None else Subject(obj))
    if ruling.allowed is not True:
        raise Denied(str(power), ruling.rule_id, _trace(ruling))


def _trace(ruling: Ruling) -> tuple[str, ...]:
    stage = ruling.rule_id.rpartition("/")[2]
    reasons = {
        "firm": "the object belongs to another firm",
        "membership": "the membership is not active",
        "grant": "no portal grant is in force",
        "token": "the token's scopes do not reach this power",
        "wall": "an ethical wall stands before it",
        "system": "the power is not declared beside the job",
        "operator": "operators see metadata only",
    }
    unmet = (
        "the rule depends on an object" if ruling.allowed is None else f"the rule for the {stage} is not met"
    )
    return (reasons.get(stage, unmet),)


def may(actor: Actor, power: str) -> bool:
    """Could they ever, for some object? For menus and entrances; `require` still decides on the object."""
    return judge(authority_of(actor), declaration(power), None).allowed is not False


def visible(actor: Actor, power: str, model: type[models.Model]) -> Q:
    """The rows of the model for which `allows` is true, as a condition: exact, so counts and pages are too."""
    authority = authority_of(actor)
    declared = declaration(power)
    rule, _stage = rule_for(authority, declared)
    if rule is None:
        return NOTHING
    prefix = prefix_for(declared, model)
    found = both([outside_walls(model, authority), condition(rule, authority, declared.power, model, prefix)])
    if isinstance(found, Q):
        return found
    return EVERYTHING if found else NOTHING


def resolve_visibility(actor: Actor, model: type[models.Model]) -> Q:
    """What `FirmQuerySet.visible_to` asks: the model's own `view_power`; a model without one is shown to nobody."""
    power = getattr(model, "view_power", "")
    return visible(actor, power, model) if power else NOTHING
