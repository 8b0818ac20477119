"""A change of a regulated row is numbered as an entry is, and its envelope holds no value."""

from firmament.kernel.ledger.models import RowChange, RowValue
from firmament.kernel.ledger.payload import COMMITMENT, commitment
from firmament.kernel.policies.models import Team
from firmament.kernel.proof.leaves import leaf_of, written
from firmament.kernel.proof.models import Pending
from firmament.kernel.proof.row_changes import FIELD, envelopes, row_values


def test_a_change_of_a_row_waits_for_its_number_and_is_proven_without_what_stood_there(alice):
    team = Team.objects.create(name="Nobody Else's Business")
    change = RowChange.objects.get(row_id=team.pk)

    (envelope,) = envelopes([change.pk]).values()
    (value,) = row_values([change.pk])

    assert Pending.objects.filter(source="ledger_rowchange", object_id=change.pk).exists()
    assert "Business" not in written(envelope).decode()
    assert envelope["payload"][FIELD][COMMITMENT] == commitment(value.salt, value.value)
    before = leaf_of(envelope)
    RowValue.objects.filter(change=change).delete()
    assert leaf_of(envelopes([change.pk])[change.pk]) == before and not list(row_values([change.pk]))
