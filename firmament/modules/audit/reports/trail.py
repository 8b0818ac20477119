"""The audit trail as people read it."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.identity.models import ApiToken, User
from firmament.kernel.ledger.events import Outcome, event_classes, every_code, outcome_codes
from firmament.kernel.ledger.kinds import labels_of
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.ledger.payload import join
from firmament.kernel.ledger.words import code_title, sentence_of
from firmament.kernel.policies.authority import Authority, authority_of
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.tenancy.models import FirmModel, Membership

DOORS = {
    Domain.STAFF: gettext_lazy("Workspace"),
    Domain.CLIENT: gettext_lazy("Portal"),
    Domain.TOKEN: gettext_lazy("API"),
    Domain.SYSTEM: gettext_lazy("By itself"),
    Domain.OPERATOR: gettext_lazy("Operator"),
}


def readable_entries(actor: Actor) -> "QuerySet[Entry]":
    """The trail this actor may read.

    An ethical wall beats the power to audit: what names a client or engagement that the reader is kept from is
    left out, and so is the wall itself.
    """
    rows: QuerySet[Entry] = Entry.objects.visible_to(actor)
    authority = authority_of(actor)
    if authority.hidden_clients or authority.hidden_engagements:
        hidden = EntryTarget.objects.filter(_behind_walls(authority))
        rows = rows.exclude(pk__in=hidden.values("entry_id"))
    return rows


def entries_for(actor: Actor) -> "QuerySet[Entry]":
    """The trail this actor may read, with what it takes to tell each line."""
    return with_words(readable_entries(actor))


def with_words(rows: "QuerySet[Entry]") -> "QuerySet[Entry]":
    """Entries with `who_name` and `kept_values`, from which `who` and `sentence` tell them."""
    kept = PersonalValue.objects.filter(entry=OuterRef("pk")).order_by("field")
    annotated: QuerySet[Entry] = rows.annotate(
        who_name=Subquery(User.objects.filter(pk=OuterRef("user_id")).values("name")[:1]),
        kept_values=ArraySubquery(kept.values(entry_value=JSONObject(field="field", value="value"))),
    )
    return annotated


def kept_from(actor: Actor) -> tuple[UUID, ...]:
    """Ids of what walls hide from the actor, the walls among them: an entry that names one is not theirs to read."""
    authority = authority_of(actor)
    hidden = authority.hidden_clients | authority.hidden_engagements
    if not hidden:
        return ()
    models: tuple[type[FirmModel], ...] = (Wall, *told_alone())
    hanging = [_hanging(model, authority).values_list("pk", flat=True) for model in models]
    return (*hidden, *(pk for rows in hanging for pk in rows))


def _behind_walls(authority: Authority) -> Q:
    found = (
        Q(kind="clients.client", object_id__in=authority.hidden_clients)
        | Q(kind__in=labels_of("engagements.engagement"), object_id__in=authority.hidden_engagements)
        | Q(kind="policies.wall", object_id__in=_hanging(Wall, authority))
    )
    for model in told_alone():
        found |= Q(kind__in=labels_of(model._meta.label_lower), object_id__in=_hanging(model, authority))
    return found


def _hanging(model: type[FirmModel], authority: Authority) -> "QuerySet[Any]":
    """The rows of a table that hang on what is hidden."""
    against = Q(pk__in=())
    if model.client_path:
        against |= Q(**{f"{model.client_path}__in": authority.hidden_clients})
    if model.engagement_path:
        against |= Q(**{f"{model.engagement_path}__in": authority.hidden_engagements})
    return model.objects.filter(against).values("pk")


@cache
def told_alone() -> tuple[type[FirmModel], ...]:
    """The tables whose rows hang on a client, and of which some event tells without naming the client, such as a file."""
    named = {"clients.client", "engagements.engagement", "policies.wall"}
    kinds = {
        kind
        for told in event_classes().values()
        if not named & set(told.targets.values())
        for kind in told.targets.values()
    }
    return tuple(
        model
        for model in firm_models()
        if (model.client_path or model.engagement_path) and model._meta.label_lower in kinds - named
    )


def who(row: Mapping[str, Any]) -> str:
    """Whose act it was, by name."""
    if row["domain"] == Domain.SYSTEM or row["user_id"] is None:
        return _("Firmament")
    return str(row["who_name"] or _("Someone"))


def sentence(row: Mapping[str, Any]) -> str:
    """What was done, after the name."""
    return sentence_of(row["code"], row["payload"], _kept(row))


def joined(row: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with the personal values that are still there; an erased one is None."""
    return join(row["payload"], _kept(row))


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {one["field"]: one["value"] for one in row["kept_values"] or ()}


NEEDED = ("code", "payload", "kept_values", "domain", "user_id", "who_name", "job")


def codes() -> list[tuple[str, str]]:
    """Every event there is: its code, and its room and name in words, to choose from."""
    return sorted(((code, code_title(code)) for code in event_classes()), key=lambda pair: pair[1])


def older_codes() -> dict[str, Q]:
    """What asking for an event means where older entries tell of it by another code."""
    found = ((code, every_code(code)) for code in event_classes())
    return {code: Q(code__in=names) for code, names in found if len(names) > 1}


def outcomes() -> dict[str, Q]:
    """What asking for an outcome means: it is in no column, and follows from the event."""
    denied, failed = (Q(code__in=sorted(outcome_codes(one))) for one in (Outcome.DENIED, Outcome.FAILED))
    return {Outcome.DONE: ~denied & ~failed, Outcome.DENIED: denied, Outcome.FAILED: failed}


def desk_of(actor: Actor, like: "QuerySet[Entry]") -> tuple[list[tuple[UUID, str]], bool]:
    """Whose acts can be asked for by name (who works in the firm, or did), and whether there is any such reading.

    One query: the reader is one of the members, so the answer comes along.
    """
    found = Membership.objects.visible_to(actor).annotate(noted=Exists(like)).order_by("user__name")
    rows = list(found.values_list("user_id", "user__name", "noted"))
    return [(pk, name) for pk, name, _noted in rows], any(noted for _pk, _name, noted in rows)


def person_name(user_id: UUID) -> str:
    """What somebody is called who did something here; "" for a stranger."""
    if not Entry.objects.filter(user_id=user_id).exists():
        return ""
    return User.objects.filter(pk=user_id).values_list("name", flat=True).first() or ""


def token_name(actor: Actor, token_id: UUID) -> str:
    """What a program's token is called, as far as the reader may see it."""
    return ApiToken.objects.visible_to(actor).filter(pk=token_id).values_list("name", flat=True).first() or ""
