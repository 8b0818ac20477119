from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Alone: whatever changes a regulated row would wait for an index on its history.
    atomic = False

    dependencies = [("ledger", "0005_entries_by_transaction")]

    operations = [
        AddIndexConcurrently(
            model_name="rowchange",
            index=models.Index(
                fields=["firm", "client_id"], name="rowchange_client", condition=models.Q(client_id__isnull=False)
            ),
        ),
        AddIndexConcurrently(
            model_name="rowchange",
            index=models.Index(
                fields=["firm", "engagement_id"],
                name="rowchange_engagement",
                condition=models.Q(engagement_id__isnull=False),
            ),
        ),
    ]
