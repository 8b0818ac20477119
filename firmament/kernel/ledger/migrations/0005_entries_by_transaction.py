from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Alone: the trail is the longest table, and nobody should wait for an index on it.
    atomic = False

    dependencies = [("ledger", "0004_row_history")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["firm", "transaction_id"], include=("transaction_at", "code"), name="entry_transaction"
            ),
        ),
    ]
