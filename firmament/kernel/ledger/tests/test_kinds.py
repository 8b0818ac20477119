import pytest
from django.apps import apps

from firmament.kernel.ledger.kinds import labels_of, model_of
from firmament.kernel.ledger.models import Entry, EntryTarget
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.law import firm_models
from firmament.lib.ids import uuid7
from firmament.lib.instant import now


def test_a_model_is_found_by_the_label_it_has_and_by_those_it_had():
    engagement = apps.get_model("engagements.engagement")

    assert model_of("engagements.engagement") is model_of("clients.engagement") is engagement
    assert labels_of("engagements.engagement") == labels_of("clients.engagement")
    assert labels_of("engagements.engagement") == ("engagements.engagement", "clients.engagement")


def test_what_was_never_a_model_is_told_by_its_own_name():
    assert labels_of("nothing.at_all") == ("nothing.at_all",)
    with pytest.raises(LookupError):
        model_of("nothing.at_all")


def test_no_former_label_is_some_other_models_present_one():
    former = [label for model in firm_models() for label in model.formerly]

    assert not set(former) & {model._meta.label_lower for model in firm_models()}
    assert len(former) == len(set(former))


def test_a_timeline_goes_on_across_a_models_change_of_room(acme):
    engagement_id = uuid7()
    for kind in ("clients.engagement", "engagements.engagement"):
        code = f"{kind}_archived"
        entry = Entry.objects.create(
            code=code,
            category="clients",
            occurred_at=now(),
            domain=Domain.SYSTEM,
            payload={"title": "Accounts", "client_id": str(uuid7()), "engagement_id": str(engagement_id)},
        )
        EntryTarget.objects.create(
            entry=entry, kind=kind, object_id=engagement_id, occurred_at=entry.occurred_at
        )

    rows = activity("engagements.engagement", engagement_id)

    assert [row.sentence for row in rows] == ["archived the engagement Accounts"] * 2
    assert Entry.objects.about("engagements.engagement", engagement_id).count() == 2
