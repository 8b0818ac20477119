from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower

# Either side locks the role, so that of two who delete it and give it to somebody at the same moment the second waits,
# and then sees what the first did.
FUNCTIONS = """
CREATE FUNCTION policies_guard_roleassignment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone timestamptz;
BEGIN
    SELECT deleted_at INTO gone FROM policies_role WHERE firm_id = NEW.firm_id AND id = NEW.role_id FOR SHARE;
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'Nobody is given a deleted role'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'role_is_deleted';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION policies_guard_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.deleted_at IS NOT NULL AND EXISTS (
        SELECT FROM policies_roleassignment WHERE firm_id = NEW.firm_id AND role_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A role that somebody holds is not deleted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'role_has_holders';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = """
DROP FUNCTION policies_guard_role() CASCADE;
DROP FUNCTION policies_guard_roleassignment() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0005_teams_are_archived")]

    operations = [
        migrations.AddField(
            model_name="role", name="origin", field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="role", name="deleted_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                "firm",
                Lower("name"),
                condition=Q(deleted_at__isnull=True),
                name="role_name_once",
                violation_error_message="There is already a role of this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=Q(built_in=False) | Q(deleted_at__isnull=True, origin=""), name="role_built_in_stays"
            ),
        ),
        migrations.RunSQL(FUNCTIONS, REVERSE),
    ]
