from django.db import migrations

# Deletes a use that belongs to nothing yet, with those that came in with it, and counts them back. Not a trigger: with a
# client uses go too, and the days keep their counts then.
TAKE_BACK = """
CREATE FUNCTION insertions_take_back(gone uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    piece insertions_snippetuse;
    day date;
BEGIN
    -- In the order in which insertions take them, so that nobody waits for anybody in a circle.
    PERFORM FROM snippets_snippet WHERE id IN (
        SELECT snippet_id FROM insertions_snippetuse WHERE id = gone OR through_id = gone
    ) ORDER BY id FOR NO KEY UPDATE;
    FOR piece IN
        DELETE FROM insertions_snippetuse
        WHERE (id = gone OR through_id = gone) AND about_id IS NULL AND survived IS NULL RETURNING *
    LOOP
        UPDATE snippets_snippet SET use_count = use_count - 1, last_used_at = CASE
            WHEN last_used_at > piece.created_at THEN last_used_at
            ELSE (SELECT max(created_at) FROM insertions_snippetuse
                WHERE firm_id = piece.firm_id AND snippet_id = piece.snippet_id) END
            WHERE firm_id = piece.firm_id AND id = piece.snippet_id;
        day := (
            SELECT (piece.created_at AT TIME ZONE timezone)::date FROM tenancy_firm WHERE id = piece.firm_id
        );
        DELETE FROM insertions_snippetday WHERE firm_id = piece.firm_id AND "on" = day
            AND snippet_id = piece.snippet_id AND member_id = piece.member_id AND channel = piece.channel AND uses = 1;
        UPDATE insertions_snippetday SET uses = uses - 1 WHERE firm_id = piece.firm_id AND "on" = day
            AND snippet_id = piece.snippet_id AND member_id = piece.member_id AND channel = piece.channel;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("insertions", "0003_days_are_counted_from_their_index")]

    operations = [migrations.RunSQL(TAKE_BACK, "DROP FUNCTION insertions_take_back(uuid)")]
