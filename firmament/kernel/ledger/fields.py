"""What PostgreSQL itself says: of the running transaction, as a column's default that no caller can choose; of a change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func


class TransactionId(Func):
    """The running transaction's number, as PostgreSQL gives it."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0
    allowed_default = True


class TransactionStart(Func):
    """When the running transaction began, by the server's clock."""

    template = "transaction_timestamp()"
    output_field = models.DateTimeField()
    arity = 0
    allowed_default = True


class Untold(Func):
    """Of a row change: which of its columns no event of its transaction tells of; "" stands for the whole row."""

    function = "ledger_untold"
    output_field = ArrayField(models.CharField(max_length=63))

    def __init__(self) -> None:
        parts = ("firm_id", "id", "transaction_id", "occurred_at", "of_table", "operation", "columns")
        super().__init__(*map(F, parts))
