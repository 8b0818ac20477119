"""Roles of the firm's own: made as copies, changed, deleted. The built-in ones stay as the release has them."""

import re
from collections.abc import Collection, Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import plainly
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import Denied, require
from firmament.kernel.policies.events import RoleChanged, RoleCopied, RoleDeleted, RoleRestored
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Role, RolePower
from firmament.kernel.policies.powers import BUILT_IN_ROLES, declarations, title_of
from firmament.kernel.policies.scopes import Classification, up_to
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.lib.instant import now

_WEIGHT = {code: n for n, (code, _name, _clearance) in enumerate(BUILT_IN_ROLES)}


def in_order(roles: Iterable[Role]) -> list[Role]:
    """The built-in ones by their weight, then the firm's own by name."""
    return sorted(roles, key=lambda role: (_WEIGHT.get(role.code, len(_WEIGHT)), role.name.lower()))


def powers_of_role(role: Role) -> frozenset[str]:
    """What a role carries now."""
    return frozenset(RolePower.objects.filter(role=role).values_list("power", flat=True))


def copy_role(actor: Actor, source: Role, *, name: str) -> Role:
    """Make a role of the firm's own that carries what this one does now.

    `Denied` where it carries what the actor lacks; ValidationError for a name that is taken.
    """
    require(actor, Can.MANAGE_ROLES, source)
    powers = sorted(powers_of_role(source))
    _require_held(actor, powers)
    _require_clearance(actor, source.clearance)
    role = Role(
        code=_code(name),
        name=name.strip(),
        origin=source.code if source.built_in else source.origin,
        clearance=source.clearance,
    )
    role.full_clean()
    with plainly():
        role.save(force_insert=True)
        RolePower.objects.bulk_create(RolePower(role=role, power=power) for power in powers)
    record(
        actor,
        RoleCopied(
            role_id=role.pk,
            name=role.name,
            copy_of=source.name,
            clearance=role.clearance,
            powers=tuple(powers),
        ),
    )
    return role


def change_role(actor: Actor, role: Role, *, name: str, clearance: str, powers: Collection[str]) -> Role:
    """Set what a firm's own role is called, how far it sees and what it carries. The same again changes nothing.

    `Denied` where a power that comes or goes is one the actor lacks: nobody gives, or takes, what they have not.
    ValidationError for a built-in role, a deleted one, and a power there is not.
    """
    require(actor, Can.MANAGE_ROLES, role)
    held: Role = Role.objects.select_for_update().get(pk=role.pk)
    _refuse_fixed(held)
    there = powers_of_role(held)
    wanted = _known(powers, there)
    added, removed = sorted(wanted - there), sorted(there - wanted)
    _require_held(actor, [*added, *removed])
    changes = (*_changes(held, name.strip(), clearance), *_moved(added, removed))
    if clearance != held.clearance:
        _require_clearance(actor, clearance)
        _require_clearance(actor, held.clearance)
    if not changes:
        return held
    held.name, held.clearance = name.strip(), clearance
    held.full_clean()
    with plainly():
        held.save(update_fields=["name", "clearance", "updated_at"])
        RolePower.objects.filter(role=held, power__in=removed).delete()
        RolePower.objects.bulk_create(RolePower(role=held, power=power) for power in added)
    record(
        actor,
        RoleChanged(
            role_id=held.pk, name=held.name, added=tuple(added), removed=tuple(removed), changes=changes
        ),
    )
    return held


def delete_role(actor: Actor, role: Role) -> Role:
    """Put a firm's own role away; `restore_role` takes it back. ValidationError while somebody holds it."""
    require(actor, Can.MANAGE_ROLES, role)
    _require_held(actor, powers_of_role(role))
    if role.built_in:
        raise ValidationError(_BUILT_IN, code="built_in")
    with plainly():
        if Role.objects.standing().filter(pk=role.pk).update(deleted_at=now()):
            record(actor, RoleDeleted(role_id=role.pk, name=role.name))
    role.refresh_from_db()
    return role


def restore_role(actor: Actor, role: Role) -> Role:
    """Bring a deleted role back as it was. ValidationError where its name has been taken since."""
    require(actor, Can.MANAGE_ROLES, role)
    _require_held(actor, powers_of_role(role))
    with plainly():
        if Role.objects.filter(pk=role.pk, deleted_at__isnull=False).update(deleted_at=None):
            record(actor, RoleRestored(role_id=role.pk, name=role.name))
    role.refresh_from_db()
    return role


_BUILT_IN = _("A built-in role stays as it is. Copy it, and change the copy.")


def _refuse_fixed(role: Role) -> None:
    if role.built_in:
        raise ValidationError(_BUILT_IN, code="built_in")
    if role.deleted_at is not None:
        raise ValidationError(_("This role was deleted. Bring it back first."), code="role_is_deleted")


def _known(powers: Collection[str], there: frozenset[str]) -> frozenset[str]:
    """The wanted powers, each one that the staff can have; what an older release gave may stay."""
    known = {declared.power for declared in declarations() if declared.staff is not None}
    wanted = frozenset(str(power) for power in powers)
    if unknown := wanted - known - there:
        raise ValidationError(
            {"powers": _("There is no such power: %(powers)s.") % {"powers": ", ".join(sorted(unknown))}},
            code="powers",
        )
    return wanted


def _changes(role: Role, name: str, clearance: str) -> tuple[Change, ...]:
    levels = dict(Classification.choices)
    pairs = (
        (gettext("Name"), role.name, name),
        (
            gettext("Sees at most"),
            str(levels.get(role.clearance, role.clearance)),
            str(levels.get(clearance, clearance)),
        ),
    )
    return tuple(
        Change(field=field, before=before, after=after) for field, before, after in pairs if before != after
    )


def _moved(added: Collection[str], removed: Collection[str]) -> Iterator[Change]:
    """The powers that come and go, in words, for whoever reads the trail."""
    if added:
        yield Change(field=gettext("What it allows"), before="", after=in_words(added))
    if removed:
        yield Change(field=gettext("What it no longer allows"), before=in_words(removed), after="")


def in_words(powers: Collection[str]) -> str:
    """Powers by their titles; the code of one that no room declares any more."""
    return "; ".join(title_of(power) for power in sorted(powers))


def _require_held(actor: Actor, powers: Collection[str]) -> None:
    if actor.domain == Domain.SYSTEM:
        return
    lacking = sorted(set(powers) - authority_of(actor).held)
    if lacking:
        raise Denied(
            Can.MANAGE_ROLES, f"{Can.MANAGE_ROLES}/lacks", tuple(f"lacks {power}" for power in lacking)
        )


def _require_clearance(actor: Actor, clearance: str) -> None:
    if actor.domain != Domain.SYSTEM and clearance not in up_to(authority_of(actor).clearance):
        raise Denied(Can.MANAGE_ROLES, f"{Can.MANAGE_ROLES}/clearance", ("sees less far",))


def _code(name: str) -> str:
    """A code that no role of the firm has, deleted ones among them: the ledger knows roles by it."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or "role"
    if not stem[0].isalpha():
        stem = f"role_{stem}"
    taken = set(Role.objects.filter(code__startswith=stem).values_list("code", flat=True))
    number = 2
    code = stem
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code
