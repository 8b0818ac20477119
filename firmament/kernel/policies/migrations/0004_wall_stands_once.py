from django.db import migrations, models

# Firm by firm, because where the owner is held by row security it sees one firm at a time. The oldest stays.
LIFT_DOUBLES = """
DO $$
DECLARE
    here uuid;
    before text := current_setting('app.firm_id', true);
BEGIN
    FOR here IN SELECT id FROM tenancy_firm LOOP
        PERFORM set_config('app.firm_id', here::text, true);
        UPDATE policies_wall w
        SET lifted_at = now(), updated_at = now(), lifted_reason = 'The same wall stood already.'
        WHERE w.firm_id = here AND w.lifted_at IS NULL AND EXISTS (
            SELECT FROM policies_wall older
            WHERE older.firm_id = here AND older.lifted_at IS NULL AND older.id < w.id
                AND older.membership_id IS NOT DISTINCT FROM w.membership_id
                AND older.team_id IS NOT DISTINCT FROM w.team_id
                AND older.client_id IS NOT DISTINCT FROM w.client_id
                AND older.engagement_id IS NOT DISTINCT FROM w.engagement_id
        );
    END LOOP;
    PERFORM set_config('app.firm_id', coalesce(before, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_last_administrator")]

    operations = [
        migrations.RunSQL(LIFT_DOUBLES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="wall",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("firm", "membership", "team", "client_id", "engagement_id"),
                name="wall_stands_once",
                nulls_distinct=False,
                violation_error_message="This wall stands already.",
            ),
        ),
    ]
