"""Changes of regulated rows as people read them, as far as the reader may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.models import Entry, EntryTarget, RowChange, RowValue
from firmament.kernel.policies.authority import Authority, authority_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.law import APP_ROLE, OPS_ROLE, firm_models
from firmament.kernel.tenancy.models import FirmModel
from firmament.modules.audit.reports.columns import columns, referred
from firmament.modules.audit.reports.entry import names_of

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTold:
    """One change of one row. `erased`: what stood there was erased; `known`: the product made it, and no hand."""

    id: UUID
    at: datetime
    operation: str
    did: str
    kind: str
    name: str
    row_id: UUID
    role: str
    known: bool
    application: str
    changes: tuple[Change, ...]
    erased: bool


@cache
def regulated() -> dict[str, type[FirmModel]]:
    """The regulated tables and their models."""
    return {model._meta.db_table: model for model in firm_models() if model.row_history}


def changes_for(actor: Actor) -> "QuerySet[RowChange]":
    """The changes this actor may read. An ethical wall beats the power to audit, as it does for entries.

    A row that holds no client itself (a document of a request) is hidden by way of its parents; where it is gone, and
    nobody can say any more whose it was, a reader behind any wall does not see it.
    """
    rows: QuerySet[RowChange] = RowChange.objects.visible_to(actor)
    authority = authority_of(actor)
    if not authority.walled:
        return rows
    apart = {
        table: model
        for table, model in regulated().items()
        if model.client_path not in (None, "client_id")
        or model.engagement_path not in (None, "engagement_id")
    }
    open_rows = ~Q(of_table__in=list(apart))
    for table, model in apart.items():
        open_rows |= Q(
            of_table=table, row_id__in=model.objects.exclude(_behind(authority, model)).values("pk")
        )
    return rows.filter(open_rows)


def _behind(authority: Authority, model: type[FirmModel]) -> Q:
    hidden = Q(pk__in=[])
    if model.client_path:
        hidden |= Q(**{f"{model.client_path}__in": authority.walled_clients})
    if model.engagement_path:
        hidden |= Q(**{f"{model.engagement_path}__in": authority.walled_engagements})
    return hidden


def beside(actor: Actor, entry: Entry) -> tuple[list[RowTold], bool]:
    """What was done to regulated rows in the transaction of an entry, in order, and whether there is more of it."""
    made_then = changes_for(actor).filter(pk__in=RowChange.objects.beside(entry).values("pk"))
    found = list(made_then.order_by("pk")[: SHOWN + 1])
    return tell(actor, found[:SHOWN]), len(found) > SHOWN


def values_beside(actor: Actor, entry: Entry) -> "QuerySet[RowValue]":
    """What the rows held that an entry names, before and after it."""
    named = list(EntryTarget.objects.filter(entry=entry).values_list("object_id", flat=True))
    made_then = RowChange.objects.beside(entry).filter(row_id__in=named)
    return _values_of(actor, list(made_then.values_list("pk", flat=True)))


def values_about(actor: Actor, object_id: UUID) -> "QuerySet[RowValue]":
    """What was kept of a thing, and of whatever hangs on it as its client or engagement.

    Each way has an index of its own; asked for in one question, the database would go through every change there is.
    """
    rows = [object_id]
    for model in regulated().values():
        for path in {model.client_path, model.engagement_path} - {None, "client_id", "engagement_id"}:
            rows += model.objects.filter(**{str(path): object_id}).values_list("pk", flat=True)
    found: set[UUID] = set()
    for way in (Q(row_id__in=rows), Q(client_id=object_id), Q(engagement_id=object_id)):
        found |= set(RowChange.objects.filter(way).values_list("pk", flat=True))
    return _values_of(actor, list(found))


def _values_of(actor: Actor, changes: Sequence[UUID]) -> "QuerySet[RowValue]":
    readable = changes_for(actor).filter(pk__in=changes).values_list("pk", flat=True)
    return RowValue.objects.filter(change__in=list(readable))


def seen(actor: Actor, rows: "QuerySet[RowValue]") -> "QuerySet[RowValue]":
    """Those whose change the actor may read."""
    return rows.filter(change__in=changes_for(actor).values("pk"))


def tell(actor: Actor, changes: Sequence[RowChange]) -> list[RowTold]:
    """Changes in words; one query for what stood there, and one for each kind of thing among them or referred to."""
    held = dict(
        RowValue.objects.filter(change__in=[one.pk for one in changes]).values_list("change", "value")
    )
    names: dict[UUID, str] = {}
    tables = regulated()
    for table in sorted({one.of_table for one in changes} & tables.keys()):
        ids = [one.row_id for one in changes if one.of_table == table]
        names |= names_of(actor, tables[table]._meta.label_lower, ids)
    others = referred(
        actor,
        [
            (tables[one.of_table], held[one.pk])
            for one in changes
            if one.of_table in tables and one.pk in held
        ],
    )
    return [_told(one, held.get(one.pk), names.get(one.row_id, ""), others) for one in changes]


def _told(
    change: RowChange, value: Mapping[str, Any] | None, name: str, others: Mapping[UUID, str]
) -> RowTold:
    model = regulated().get(change.of_table)
    known = {change.session_role, change.acting_role} <= {APP_ROLE, OPS_ROLE}
    role = change.acting_role
    if change.acting_role != change.session_role:
        role = _("%(acting)s, signed in as %(session)s") % {
            "acting": change.acting_role,
            "session": change.session_role,
        }
    return RowTold(
        id=change.pk,
        at=change.created_at,
        operation=change.operation,
        did=str(change.get_operation_display()),
        kind=str(model._meta.verbose_name).capitalize() if model else change.of_table,
        name=name,
        row_id=change.row_id,
        role=role,
        known=known,
        application=change.application,
        changes=columns(model, value, others) if value else (),
        erased=value is None,
    )
