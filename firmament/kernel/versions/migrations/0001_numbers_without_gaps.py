from django.db import migrations

# The unique key makes of two at once one error; the lock on the subject (versions.actions) makes of it none.
FORWARD = """
CREATE FUNCTION versions_next_number() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest integer;
BEGIN
    EXECUTE format('SELECT max(number) FROM %s WHERE firm_id = $1 AND subject_id = $2', TG_RELID::regclass)
        INTO latest USING NEW.firm_id, NEW.subject_id;
    IF NEW.number IS DISTINCT FROM coalesce(latest, 0) + 1 THEN
        RAISE EXCEPTION 'Version % cannot follow version %', NEW.number, latest
            USING ERRCODE = 'check_violation', CONSTRAINT = 'versions_next_number';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = "DROP FUNCTION versions_next_number() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_access_follows_membership")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
