"""Who has both powers of a pair, by which paths, and how that is said. Who that is, the database's own function says."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from firmament.kernel.policies.models import DelegatedPower, Role, RoleAssignment, RolePower
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now

CONSTRAINT = "policies_duties_apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who has both powers of a pair. `paths` say for each of the two where it comes from."""

    pair_id: UUID
    member: Membership
    paths: tuple[str, str]
    exception_id: UUID | None


def holders(pairs: Iterable[DutyPair]) -> dict[UUID, list[Holder]]:
    """Who has both, pair by pair and by name, those who are exempt among them; a handful of queries for all."""
    known = {pair.pk: pair for pair in pairs if pair.kind == DutyPair.Kind.HOLD}
    rows = [row for row in _both() if row[0] in known]
    members = Membership.objects.select_related("user").in_bulk([row[1] for row in rows])
    paths = _paths(members, {power for row in rows for power in known[row[0]].powers})
    found: dict[UUID, list[Holder]] = {}
    for pair_id, member_id, exception_id in rows:
        first, second = known[pair_id].powers
        holder = Holder(
            pair_id=pair_id,
            member=members[member_id],
            paths=(paths.get((member_id, first), ""), paths.get((member_id, second), "")),
            exception_id=exception_id,
        )
        found.setdefault(pair_id, []).append(holder)
    return {pk: sorted(some, key=lambda h: (h.member.user.name, h.member.pk)) for pk, some in found.items()}


def in_breach(pair: DutyPair) -> list[Holder]:
    """Who has both and is not exempt."""
    return [holder for holder in holders([pair]).get(pair.pk, ()) if holder.exception_id is None]


def _both() -> list[tuple[UUID, UUID, UUID | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM policies_duty_holders(%s, %s)", [current_firm_id(), now()])
        rows: list[tuple[UUID, UUID, UUID | None]] = cursor.fetchall()
    return rows


def _paths(members: Collection[UUID], powers: Collection[str]) -> dict[tuple[UUID, str], str]:
    """Where each of these members has each of these powers from: "by the role Partner", "lent by Ada until 3 May"."""
    if not members:
        return {}
    said: dict[tuple[UUID, str], list[str]] = {}
    for member_id, power, path in (*_by_roles(members, powers), *_by_loans(members, powers)):
        said.setdefault((member_id, power), []).append(path)
    return {key: "; ".join(paths) for key, paths in said.items()}


def _by_roles(members: Collection[UUID], powers: Collection[str]) -> Iterator[tuple[UUID, str, str]]:
    held = RoleAssignment.objects.filter(membership__in=members).values_list("membership_id", "role_id")
    carried: dict[UUID, list[tuple[str, str]]] = {}
    rows = RolePower.objects.filter(power__in=powers).order_by("role__name")
    for role_id, name, power in rows.values_list("role_id", "role__name", "power"):
        carried.setdefault(role_id, []).append((name, power))
    for member_id, role_id in held.order_by("role__name"):
        for name, power in carried.get(role_id, ()):
            yield member_id, power, _("by the role %(role)s") % {"role": name}


def _by_loans(members: Collection[UUID], powers: Collection[str]) -> Iterator[tuple[UUID, str, str]]:
    rows = DelegatedPower.objects.filter(
        power__in=powers,
        delegation__borrower__in=members,
        delegation__taken_back_at__isnull=True,
        delegation__ends_at__gt=now(),
    ).select_related("delegation__lender__user")
    for row in rows.order_by("delegation__ends_at", "pk"):
        lent = row.delegation
        until = date_format(localtime(lent.ends_at), "SHORT_DATETIME_FORMAT")
        yield (
            lent.borrower_id,
            row.power,
            _("lent by %(lender)s until %(until)s") % {"lender": lent.lender.user.name, "until": until},
        )


def refuse_both() -> None:
    """Ask the database now, and not at the commit, whether what was changed gives anybody both powers of a pair.

    ValidationError that names the pair, the person and both paths; who calls takes the change back.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {CONSTRAINT} IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {CONSTRAINT} DEFERRED")
    except IntegrityError as refused:
        diagnosis = getattr(refused.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != CONSTRAINT:
            raise
        pair_id, _blank, member_id = str(getattr(diagnosis, "message_detail", "")).partition(" ")
        raise ValidationError(_told(UUID(pair_id), UUID(member_id)), code=CONSTRAINT) from refused


def _told(pair_id: UUID, member_id: UUID) -> str:
    pair = DutyPair.objects.get(pk=pair_id)
    holder = next((one for one in holders([pair]).get(pair_id, ()) if one.member.pk == member_id), None)
    if holder is None:
        # The database has a clock of its own; the two differ where another time is held.
        return _("This would give somebody two powers that the firm keeps apart.")
    return _(
        "%(name)s would have two powers that the firm keeps apart: “%(first)s” (%(path)s) and “%(second)s” (%(other)s)."
        " Why they are kept apart: %(reason)s"
    ) % {
        "name": holder.member.user.name,
        "first": title_of(pair.power_a),
        "path": holder.paths[0],
        "second": title_of(pair.power_b),
        "other": holder.paths[1],
        "reason": pair.reason,
    }


def refuse_roles_of_both(roles: Collection[Role]) -> None:
    """ValidationError where these roles together carry both powers of a pair: nobody new could take them up."""
    pairs = list(DutyPair.objects.in_force().filter(kind=DutyPair.Kind.HOLD))
    if not pairs:
        return
    carried: dict[str, str] = {}
    rows = RolePower.objects.filter(role__in=list(roles)).order_by("role__name")
    for power, role in rows.values_list("power", "role__name"):
        carried.setdefault(power, role)
    for pair in pairs:
        if carried.keys() >= set(pair.powers):
            said = _(
                "These roles would give one person two powers that the firm keeps apart: “%(first)s” (by the role"
                " %(role)s) and “%(second)s” (by the role %(other)s)."
            ) % {
                "first": title_of(pair.power_a),
                "role": carried[pair.power_a],
                "second": title_of(pair.power_b),
                "other": carried[pair.power_b],
            }
            raise ValidationError({"role_codes": said}, code=CONSTRAINT)


def exceptions_of(pairs: Collection[DutyPair]) -> list[DutyException]:
    """Every exception of these pairs, the latest end first."""
    rows = DutyException.objects.filter(pair__in=pairs)
    rows = rows.select_related("membership__user", "granted_by__user")
    return list(rows.order_by("-ends_at", "-pk"))
