"""The firm belongs to the transaction, and to nothing that outlives it."""

import pytest
from django.db import DatabaseError, connection, transaction

from firmament.kernel.tenancy.models import Firm, FirmProfile, Membership
from firmament.kernel.tenancy.transaction import (
    NoFirm,
    current_firm,
    current_firm_id,
    firm_transaction,
    transaction_cache,
)
from firmament.lib.instant import now


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.firm_id', true)")
        return cursor.fetchone()[0] or ""


def test_inside_a_firm_only_its_rows_are_there(acme, globex):
    mine = set(Membership.objects.values_list("firm_id", flat=True))

    with firm_transaction(globex.pk):
        theirs = set(Membership.objects.values_list("firm_id", flat=True))

    assert mine == {acme.pk}
    assert theirs == {globex.pk}


def test_leaving_an_inner_firm_brings_the_outer_one_back(acme, globex):
    with firm_transaction(globex.pk):
        assert setting() == str(globex.pk)

    assert setting() == str(acme.pk)
    assert current_firm_id() == acme.pk


def test_an_error_inside_brings_the_outer_firm_back_too(acme, globex):
    with pytest.raises(ZeroDivisionError), firm_transaction(globex.pk):
        raise ZeroDivisionError

    assert setting() == str(acme.pk)
    assert current_firm() == acme


def test_without_a_firm_reading_is_a_loud_error(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.count()

    with pytest.raises(NoFirm):
        current_firm_id()


def test_a_reused_transaction_without_a_firm_is_as_loud_as_a_fresh_one(db, globex):
    with firm_transaction(globex.pk):
        Membership.objects.count()

    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.count()


def test_a_row_for_another_firm_is_refused(acme, globex):
    with pytest.raises(DatabaseError), transaction.atomic():
        FirmProfile.objects.create(firm=globex)


def test_a_row_cannot_be_moved_to_another_firm(acme, globex):
    with pytest.raises(DatabaseError), transaction.atomic():
        FirmProfile.objects.update(firm=globex)


def test_raw_sql_sees_no_more_than_the_firm(acme, globex):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_membership WHERE firm_id = %s", [globex.pk])
        assert cursor.fetchone() == (0,)


def test_a_read_only_transaction_refuses_to_write_and_the_outer_one_may_again(acme):
    with pytest.raises(DatabaseError), firm_transaction(acme.pk, read_only=True):
        FirmProfile.objects.update(website="https://acme.example")

    assert FirmProfile.objects.update(website="https://acme.example") == 1


def test_another_firm_cannot_be_renamed_and_ones_own_can(acme, globex):
    assert Firm.objects.filter(pk=globex.pk).update(name="Taken over") == 0
    assert Firm.objects.filter(pk=acme.pk).update(name="Acme & Sons") == 1


def test_the_application_can_delete_no_firm(acme):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenancy_firm")


def test_time_stands_still_and_the_cache_is_empty_at_each_start(acme, globex):
    transaction_cache()["answer"] = 42
    first = now()

    with firm_transaction(globex.pk):
        assert "answer" not in transaction_cache()

    assert now() == first
    assert transaction_cache()["answer"] == 42


def test_every_query_set_update_moves_the_version(acme):
    before = FirmProfile.objects.get().updated_at

    FirmProfile.objects.update(website="https://acme.example")

    assert FirmProfile.objects.get().updated_at > before
