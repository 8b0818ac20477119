"""Examples of the trail's addresses: the two firms of the tests have a history already."""

from collections.abc import Callable

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.audit.models import ProofExport


def _entry(actor: Actor) -> dict[str, object]:
    return {"pk": Entry.objects.order_by("pk").values_list("pk", flat=True)[0]}


def _told_of(actor: Actor) -> dict[str, object]:
    """Something that personal values were written down about and no later work needs any more, if there is such."""
    needed = JobRun.objects.open().filter(entry_id__isnull=False).values("entry_id")
    kept = EntryTarget.objects.filter(entry__in=PersonalValue.objects.values("entry"))
    free = kept.exclude(object_id__in=EntryTarget.objects.filter(entry__in=needed).values("object_id"))
    plain = EntryTarget.objects.exclude(object_id__in=kept.values("object_id"))
    found = (rows.order_by("pk").values_list("object_id", flat=True).first() for rows in (free, plain))
    return {"pk": next(pk for pk in found if pk is not None)}


def _export(actor: Actor) -> dict[str, object]:
    assert actor.membership_id is not None
    made = ProofExport.objects.create(membership_id=actor.membership_id, whole=True, with_values=False)
    return {"pk": made.pk}


def _thing(actor: Actor) -> dict[str, object]:
    return {"kind": "tenancy.membership", "pk": actor.membership_id}


def _member(actor: Actor) -> dict[str, object]:
    return {"pk": actor.membership_id}


API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"/audit/": _entry}
EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "audit:entry": _entry,
    "audit:thing": _thing,
    "audit:person": _member,
    "audit:erase_entry": _entry,
    "audit:entry_proof": _entry,
    "audit:proof_export": _export,
    "audit:proof_file": _export,
    "audit:erase_about": _told_of,
}
