import django.db.models.deletion
from django.db import migrations, models

import firmament.kernel.tenancy.ambient
import firmament.kernel.tenancy.fields
import firmament.lib.ids
import firmament.lib.instant

# The trigger is laid here and not by the law step after the migrations, as it is declared for: what an old process writes
# until then would have no line. For the same reason that process may write lines at once.
FORWARD = """
CREATE FUNCTION ledger_keep_line() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    INSERT INTO public.ledger_targetline (id, firm_id, created_at, updated_at, entry_id, kind, object_id, category, code,
        domain, user_id, occurred_at)
    SELECT NEW.id, NEW.firm_id, NEW.created_at, NEW.updated_at, e.id, NEW.kind, NEW.object_id, e.category, e.code,
        e.domain, e.user_id, e.occurred_at
    FROM public.ledger_entry e WHERE e.firm_id = NEW.firm_id AND e.id = NEW.entry_id
        -- An entry may name one thing twice; it is found once.
        AND NOT EXISTS (SELECT FROM public.ledger_targetline l
            WHERE l.firm_id = NEW.firm_id AND l.object_id = NEW.object_id AND l.category = e.category
                AND l.code = e.code AND l.domain = e.domain AND l.occurred_at = e.occurred_at AND l.entry_id = e.id);
    RETURN NULL;
END $$;
CREATE TRIGGER "line" AFTER INSERT ON ledger_entrytarget FOR EACH ROW EXECUTE FUNCTION ledger_keep_line();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'firmament_app') THEN
        GRANT SELECT, INSERT ON ledger_targetline TO firmament_app;
    END IF;
END $$;
"""
REVERSE = """
DROP TRIGGER "line" ON ledger_entrytarget;
DROP FUNCTION ledger_keep_line();
"""
CELL = ["category", "code", "domain", "-occurred_at", "-entry_id"]


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_changes_by_client"),
        ("tenancy", "0002_access_follows_membership"),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=firmament.lib.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=firmament.lib.instant.now, editable=False)),
                (
                    "updated_at",
                    firmament.kernel.tenancy.fields.UpdatedAtField(
                        default=firmament.lib.instant.now, editable=False
                    ),
                ),
                ("entry_id", models.UUIDField()),
                ("kind", models.CharField(max_length=60)),
                ("object_id", models.UUIDField()),
                ("category", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=80)),
                ("domain", models.CharField(max_length=8)),
                ("user_id", models.UUIDField(null=True)),
                ("occurred_at", models.DateTimeField()),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=firmament.kernel.tenancy.ambient.current_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.firm",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["firm", "object_id", *CELL], name="targetline_cell"),
                    models.Index(
                        fields=["firm", "object_id", "user_id", *CELL],
                        name="targetline_user_cell",
                        condition=models.Q(("user_id__isnull", False)),
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "id"), name="ledger_targetline_firm_id")
                ],
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
