from django.db import migrations, models

# The wall's side locks the team and the team's side is locked by its own update, so that of two who archive a team
# and raise a wall against it at the same moment the second waits, and then sees what the first did.
FUNCTIONS = """
CREATE FUNCTION policies_guard_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone timestamptz;
BEGIN
    IF NEW.team_id IS NULL OR NEW.lifted_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT archived_at INTO gone FROM policies_team
        WHERE firm_id = NEW.firm_id AND id = NEW.team_id FOR SHARE;
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'No wall stands against an archived team'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wall_of_a_standing_team';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION policies_guard_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.archived_at IS NOT NULL AND EXISTS (
        SELECT FROM policies_wall WHERE firm_id = NEW.firm_id AND team_id = NEW.id AND lifted_at IS NULL
    ) THEN
        RAISE EXCEPTION 'A team behind a wall is not archived'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'team_archived_without_walls';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = """
DROP FUNCTION policies_guard_team() CASCADE;
DROP FUNCTION policies_guard_wall() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_wall_stands_once")]

    operations = [
        migrations.AddField(
            model_name="team", name="archived_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(FUNCTIONS, REVERSE),
    ]
