from django.db import migrations

# A use is of a version that there is, and never changes: only what became of it is found out later, once.
USE = """
CREATE FUNCTION insertions_guard_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['fingerprint', 'survived', 'sent_at', 'about_kind', 'about_id', 'updated_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM snippets_snippetversion
            WHERE firm_id = NEW.firm_id AND subject_id = NEW.snippet_id AND number = NEW.number
                AND checksum = NEW.checksum
        ) THEN
            RAISE EXCEPTION 'There is no version % of this content', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'snippetuse_of_a_version';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free
        OR (OLD.survived IS NOT NULL AND NEW.survived IS DISTINCT FROM OLD.survived)
        OR (OLD.about_id IS NOT NULL AND (NEW.about_kind, NEW.about_id) IS DISTINCT FROM (OLD.about_kind, OLD.about_id))
    THEN
        RAISE EXCEPTION 'A use stays as it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'snippetuse_stays';
    END IF;
    RETURN NEW;
END $$;
"""

# Counted by the database itself, in the same statement, whoever writes the use.
COUNT = """
CREATE FUNCTION insertions_count_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := (
        SELECT (NEW.created_at AT TIME ZONE timezone)::date FROM tenancy_firm WHERE id = NEW.firm_id
    );
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE snippets_snippet
            SET use_count = use_count + 1, last_used_at = greatest(last_used_at, NEW.created_at)
            WHERE firm_id = NEW.firm_id AND id = NEW.snippet_id;
        INSERT INTO insertions_snippetday AS d
            (id, firm_id, created_at, updated_at, snippet_id, "on", member_id, channel, uses, measured, survived)
        VALUES (gen_random_uuid(), NEW.firm_id, NEW.created_at, NEW.created_at, NEW.snippet_id, day,
            NEW.member_id, NEW.channel, 1, 0, 0)
        ON CONFLICT (firm_id, "on", snippet_id, member_id, channel)
            DO UPDATE SET uses = d.uses + 1, updated_at = excluded.updated_at;
    ELSIF OLD.survived IS NULL AND NEW.survived IS NOT NULL THEN
        UPDATE insertions_snippetday SET measured = measured + 1, survived = survived + NEW.survived
            WHERE firm_id = NEW.firm_id AND "on" = day AND snippet_id = NEW.snippet_id
                AND member_id = NEW.member_id AND channel = NEW.channel;
    END IF;
    RETURN NULL;
END $$;
"""
REVERSE = """
DROP FUNCTION insertions_count_use() CASCADE;
DROP FUNCTION insertions_guard_use() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insertions", "0001_initial"),
        ("snippets", "0002_what_the_database_holds"),
    ]

    operations = [migrations.RunSQL(USE + COUNT, REVERSE)]
