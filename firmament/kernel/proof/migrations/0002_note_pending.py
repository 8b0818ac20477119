from django.db import migrations

# With the rights of whoever inserts the row: what may write the row may note it. Which source it is of is told by the
# table's name, so that one function serves them all.
FORWARD = """
CREATE FUNCTION proof_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.proof_pending (firm_id, source, object_id, noted_at)
    VALUES (NEW.firm_id, TG_TABLE_NAME, NEW.id, statement_timestamp());
    RETURN NULL;
END $$;
"""

REVERSE = """
DROP FUNCTION proof_note_pending() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("proof", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
