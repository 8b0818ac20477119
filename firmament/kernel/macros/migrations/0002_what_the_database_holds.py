from django.db import migrations

FORWARD = """
CREATE FUNCTION macros_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['undone_at', 'undone_by_id', 'updated_at'];
BEGIN
    IF OLD.undone_at IS NOT NULL OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'What a macro did stays as it was done, and is taken back once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'macrorun_stays_as_done';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = """
DROP FUNCTION macros_guard_run() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("macros", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
