from uuid import UUID

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

CELL = ["category", "code", "domain", "-occurred_at", "-id"]
STEP = 10_000
# Lines of the targets that were there before the trigger was. In steps, each a transaction of its own, in the order of
# ids; what is there already is left, so it can be stopped and begun again.
FILL = """
WITH step AS MATERIALIZED (
    SELECT * FROM ledger_entrytarget WHERE firm_id = %(firm)s AND id > %(after)s ORDER BY id LIMIT %(step)s
), laid AS (
    INSERT INTO ledger_targetline (id, firm_id, created_at, updated_at, entry_id, kind, object_id, category, code, domain,
        user_id, occurred_at)
    SELECT DISTINCT ON (e.id, t.object_id) t.id, t.firm_id, t.created_at, t.updated_at, e.id, t.kind, t.object_id,
        e.category, e.code, e.domain, e.user_id, e.occurred_at
    FROM step t JOIN ledger_entry e ON e.firm_id = t.firm_id AND e.id = t.entry_id
    WHERE NOT EXISTS (SELECT FROM ledger_targetline l WHERE l.firm_id = t.firm_id AND l.object_id = t.object_id
        AND l.category = e.category AND l.code = e.code AND l.domain = e.domain AND l.occurred_at = e.occurred_at
        AND l.entry_id = e.id)
    ORDER BY e.id, t.object_id, t.id
    ON CONFLICT DO NOTHING
)
SELECT id FROM step ORDER BY id DESC LIMIT 1
"""


def fill(apps, schema_editor):
    """Firm by firm, because where the owner is held by row security it sees one firm at a time."""
    with schema_editor.connection.cursor() as cursor:
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
    # Alone: the trail is the longest table, and nobody should wait for an index on it.
    atomic = False

    dependencies = [("ledger", "0007_lines_for_search")]

    operations = [
        AddIndexConcurrently(
            model_name="entry", index=models.Index(fields=["firm", *CELL], name="entry_cell")
        ),
        AddIndexConcurrently(
            model_name="entry", index=models.Index(fields=["firm", "user_id", *CELL], name="entry_user_cell")
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["firm", "token_id", *CELL],
                name="entry_token_cell",
                condition=models.Q(("token_id__isnull", False)),
            ),
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["firm", "request_id"],
                name="entry_request",
                condition=models.Q(("request_id__gt", "")),
            ),
        ),
        # Its first two columns begin entry_cell.
        RemoveIndexConcurrently(model_name="entry", name="entry_category"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
