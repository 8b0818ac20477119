from django.db import migrations

# The law step lays the triggers, as the models declare them. Each writes what is so now, whatever it was before.
FORWARD = """
CREATE FUNCTION documents_keep_times(items uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Two files of one document at once: whoever locks second reads what the first wrote.
    PERFORM FROM documents_requestitem WHERE id = ANY (items) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO documents_itemtimes AS t (id, firm_id, created_at, updated_at, item_id, client_id, engagement_id,
        sent_at, handed_in_at, accepted_at)
    SELECT uuidv7(), i.firm_id, now(), now(), i.id, r.client_id, r.engagement_id, r.sent_at, first.at,
        CASE WHEN i.state = 'accepted' THEN i.decided_at END
    FROM documents_requestitem i
    JOIN documents_documentrequest r ON r.firm_id = i.firm_id AND r.id = i.request_id
    CROSS JOIN LATERAL (
        SELECT min(s.created_at) AS at FROM documents_submission s
        WHERE s.firm_id = i.firm_id AND s.item_id = i.id AND s.state NOT IN ('withdrawn', 'quarantined')
    ) first
    WHERE i.id = ANY (items) AND r.sent_at IS NOT NULL
    ON CONFLICT (firm_id, item_id) DO UPDATE SET updated_at = excluded.updated_at, client_id = excluded.client_id,
        engagement_id = excluded.engagement_id, sent_at = excluded.sent_at, handed_in_at = excluded.handed_in_at,
        accepted_at = excluded.accepted_at
    WHERE (t.client_id, t.engagement_id, t.sent_at, t.handed_in_at, t.accepted_at) IS DISTINCT FROM
        (excluded.client_id, excluded.engagement_id, excluded.sent_at, excluded.handed_in_at, excluded.accepted_at);
END $$;

CREATE FUNCTION documents_times_of_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.client_id, NEW.engagement_id, NEW.sent_at) IS DISTINCT FROM
        (OLD.client_id, OLD.engagement_id, OLD.sent_at) THEN
        PERFORM documents_keep_times(ARRAY(
            SELECT id FROM documents_requestitem WHERE firm_id = NEW.firm_id AND request_id = NEW.id));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION documents_times_of_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.state, NEW.decided_at) IS DISTINCT FROM (OLD.state, OLD.decided_at) THEN
        PERFORM documents_keep_times(ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION documents_times_of_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.state, NEW.created_at) IS DISTINCT FROM (OLD.state, OLD.created_at) THEN
        PERFORM documents_keep_times(ARRAY[NEW.item_id]);
    END IF;
    RETURN NULL;
END $$;
"""
REVERSE = """
DROP FUNCTION documents_times_of_request() CASCADE;
DROP FUNCTION documents_times_of_item() CASCADE;
DROP FUNCTION documents_times_of_submission() CASCADE;
DROP FUNCTION documents_keep_times(uuid[]);
"""

# Firm by firm, because where the owner is held by row security it sees one firm at a time.
WHAT_HAPPENED = """
DO $$
DECLARE
    here uuid;
    before text := current_setting('app.firm_id', true);
BEGIN
    FOR here IN SELECT id FROM tenancy_firm LOOP
        PERFORM set_config('app.firm_id', here::text, true);
        PERFORM documents_keep_times(ARRAY(SELECT id FROM documents_requestitem WHERE firm_id = here));
    END LOOP;
    PERFORM set_config('app.firm_id', coalesce(before, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_by_time")]

    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
        migrations.RunSQL(WHAT_HAPPENED, migrations.RunSQL.noop),
    ]
