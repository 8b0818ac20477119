from django.db import migrations

# The kernel knows no room, so its tables hold bare ids; here they become keys, composite on the firm and deferred like
# every other. The tables are small, and the lock lasts as long as reading them once.
KEYS = (
    ("policies_portalgrant", "client_id", "clients_client"),
    ("policies_wall", "client_id", "clients_client"),
    ("policies_wall", "engagement_id", "clients_engagement"),
    ("identity_invitation", "client_id", "clients_client"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0002_engagements_move_only_forward"),
        ("policies", "0003_last_administrator"),
        ("identity", "0002_sessions_invitations_tokens"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fkf FOREIGN KEY (firm_id, {column})"
            f" REFERENCES {target} (firm_id, id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkf",
        )
        for table, column, target in KEYS
    ]
