from django.db import migrations

FORWARD = r"""
-- Which events may tell of which changes of regulated rows. The law step writes it from what the rooms declare.
CREATE TABLE ledger_evidence (
    of_table varchar(63) NOT NULL,
    operation varchar(6) NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    column_name varchar(63) NOT NULL CHECK ((column_name = '') = (operation <> 'update')),
    becomes varchar(100) CHECK (becomes IS NULL OR operation = 'update'),
    code varchar(80) NOT NULL,
    UNIQUE NULLS NOT DISTINCT (of_table, operation, column_name, becomes, code)
);

-- Which parts of a change no event of its transaction tells of: columns, or '' for a whole row; none for a change that is
-- told. Where what stood there was erased, any event that may tell of the column will do. It asks under whatever firm is
-- set, and by that firm's rows alone.
CREATE FUNCTION ledger_untold(firm uuid, change uuid, transaction bigint, began timestamptz, changed_table text, done text,
    changed text[]) RETURNS text[] LANGUAGE plpgsql STABLE SET search_path = '' AS $$
DECLARE
    stands jsonb;
    untold text[];
BEGIN
    IF done = 'update' AND EXISTS (SELECT FROM public.ledger_evidence r WHERE r.of_table = changed_table
            AND r.operation = 'update' AND r.column_name = ANY (changed) AND r.becomes IS NOT NULL) THEN
        SELECT v.value -> 'after' INTO stands FROM public.ledger_rowvalue v WHERE v.firm_id = firm AND v.change_id = change;
    END IF;
    SELECT coalesce(array_agg(part ORDER BY part COLLATE "C"), '{}') INTO untold
    FROM unnest(CASE WHEN done = 'update' THEN array_remove(changed, 'updated_at') ELSE ARRAY[''] END) part
    WHERE NOT EXISTS (
        SELECT FROM public.ledger_evidence r
        WHERE r.of_table = changed_table AND r.operation = done AND r.column_name = part
            AND (stands IS NULL OR r.becomes = coalesce(stands ->> part, '') OR (r.becomes IS NULL AND NOT EXISTS (
                SELECT FROM public.ledger_evidence s WHERE s.of_table = changed_table AND s.operation = done
                    AND s.column_name = part AND s.becomes = coalesce(stands ->> part, ''))))
            AND (r.code = '' OR EXISTS (
                SELECT FROM public.ledger_entry e WHERE e.firm_id = firm AND e.transaction_id = transaction
                    AND e.transaction_at = began AND e.code = r.code)));
    RETURN untold;
END $$;

-- At commit. The change itself says whose it is, when and by whom; a transaction has one number, whatever savepoints it
-- had, and the entry carries the same. Nothing that a session can set is asked: the firm is set for the look-up and put
-- back, because at commit it may be another's by now, or none.
CREATE FUNCTION ledger_require_evidence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    firm_before text := current_setting('app.firm_id', true);
    untold text[];
BEGIN
    -- A migration or a hand on the database need not explain itself. It is shown among what nobody told.
    IF NEW.session_role <> 'firmament_app' THEN
        RETURN NULL;
    END IF;
    IF firm_before IS DISTINCT FROM NEW.firm_id::text THEN
        PERFORM set_config('app.firm_id', NEW.firm_id::text, true);
    END IF;
    untold := public.ledger_untold(NEW.firm_id, NEW.id, NEW.transaction_id, NEW.occurred_at, NEW.of_table, NEW.operation,
        NEW.columns);
    IF firm_before IS DISTINCT FROM NEW.firm_id::text THEN
        PERFORM set_config('app.firm_id', coalesce(firm_before, ''), true);
    END IF;
    IF untold <> '{}' THEN
        -- A mistake of the program (P0001), and not of whoever used it.
        RAISE EXCEPTION 'No event of this transaction tells of %, %: %', NEW.of_table, NEW.operation,
                coalesce(nullif(array_to_string(untold, ', '), ''), 'the row')
            USING CONSTRAINT = 'row_told', TABLE = NEW.of_table,
                HINT = 'Record the event in the action, or declare in evidence.py which event tells of it.';
    END IF;
    RETURN NULL;
END $$;
"""
REVERSE = """
DROP FUNCTION ledger_require_evidence() CASCADE;
DROP FUNCTION ledger_untold(uuid, uuid, bigint, timestamptz, text, text, text[]);
DROP TABLE ledger_evidence;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_searched_by_cells")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
