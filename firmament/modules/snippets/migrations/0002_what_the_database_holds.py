from django.db import migrations

# A snippet begins as a draft and goes on by `Snippet.TRANSITIONS`; what clients may come to read is in use only with
# an approval of exactly that content.
SNIPPET = """
CREATE FUNCTION snippets_guard_snippet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.active_number IS NOT NULL THEN
            RAISE EXCEPTION 'A snippet begins as a draft'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'snippet_begins_as_a_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.key <> OLD.key THEN
        RAISE EXCEPTION 'A snippet keeps its key'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'snippet_keeps_its_key';
    END IF;
    IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state <> ALL (ARRAY[
        'draft>in_review', 'draft>active', 'draft>archived',
        'in_review>draft', 'in_review>active', 'in_review>archived',
        'active>draft', 'active>deprecated', 'active>archived',
        'deprecated>draft', 'deprecated>active', 'deprecated>archived',
        'archived>draft', 'archived>active', 'archived>deprecated'
    ]) THEN
        RAISE EXCEPTION 'A snippet does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'snippet_state_follows';
    END IF;
    IF NEW.state IN ('active', 'deprecated') AND NEW.reach <> 'private' AND NEW.contexts <> '{note}'
        AND NOT EXISTS (
            SELECT FROM approvals_approval a
            JOIN snippets_snippetversion v ON v.firm_id = a.firm_id AND v.subject_id = a.object_id
                AND v.checksum = a.checksum
            WHERE a.firm_id = NEW.firm_id AND a.kind = 'snippets.snippet' AND a.object_id = NEW.id
                AND a.state = 'approved' AND v.number = NEW.active_number
        ) THEN
        RAISE EXCEPTION 'Nobody approved version % for clients', NEW.active_number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'snippet_in_use_is_approved';
    END IF;
    RETURN NEW;
END $$;
"""

REVERSE = """
DROP FUNCTION snippets_guard_snippet() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("snippets", "0001_initial"), ("approvals", "0002_what_the_database_holds")]

    operations = [migrations.RunSQL(SNIPPET, REVERSE)]
