"""What only one transaction of a firm does at a time, where no row stands for it that could be locked."""

from django.db import connection

from firmament.kernel.tenancy.ambient import current_firm_id


def hold(what: str) -> None:
    """Whoever holds the same of this firm goes first; held until the transaction ends.

    A trigger holds it too as `hashtextextended(firm_id::text || ' ' || what, 0)`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{current_firm_id()} {what}"]
        )
