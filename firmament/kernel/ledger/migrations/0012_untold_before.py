from uuid import UUID

from django.db import migrations

STEP = 10_000
# What nobody told of before it was kept. In steps, each a transaction of its own, in the order of ids; what is there
# already is left, so it can be stopped and begun again.
FILL = """
WITH step AS MATERIALIZED (
    SELECT * FROM ledger_rowchange WHERE firm_id = %(firm)s AND id > %(after)s ORDER BY id LIMIT %(step)s
), judged AS MATERIALIZED (
    SELECT s.id, ledger_untold(s.firm_id, s.id, s.transaction_id, s.occurred_at, s.of_table, s.operation, s.columns) AS columns
    FROM step s
), kept AS (
    INSERT INTO ledger_untoldchange (id, firm_id, created_at, updated_at, change_id, columns)
    SELECT uuidv7(), %(firm)s, now(), now(), id, columns FROM judged WHERE columns <> '{}'
    ON CONFLICT DO NOTHING
)
SELECT id FROM step ORDER BY id DESC LIMIT 1
"""


def fill(apps, schema_editor):
    """Firm by firm, because where the owner is held by row security it sees one firm at a time.

    Where no rules were laid yet nobody asked for evidence then, and none of it is missing.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_evidence)")
        if cursor.fetchone() == (False,):
            return
        cursor.execute("SELECT id FROM tenancy_firm ORDER BY id")
        for (firm,) in cursor.fetchall():
            cursor.execute("SELECT set_config('app.firm_id', %s, false)", [str(firm)])
            after = UUID(int=0)
            while after is not None:
                cursor.execute(FILL, {"firm": firm, "after": after, "step": STEP})
                found = cursor.fetchone()
                after = found[0] if found else None
        cursor.execute("SELECT set_config('app.firm_id', '', false)")


class Migration(migrations.Migration):
    # Alone, and in many short transactions: the history may be long.
    atomic = False

    dependencies = [("ledger", "0011_untold_changes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
