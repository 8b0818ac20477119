from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Alone: the trail is the longest table, and nobody should wait for an index on it.
    atomic = False

    dependencies = [("ledger", "0009_evidence")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["firm", "transaction_id", "code"], include=("transaction_at",), name="entry_told"
            ),
        ),
        RemoveIndexConcurrently(model_name="entry", name="entry_transaction"),
    ]
