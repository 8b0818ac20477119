"""What PostgreSQL itself says of the running transaction, as a column's default that no caller can choose."""

from django.db import models
from django.db.models import Func


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
