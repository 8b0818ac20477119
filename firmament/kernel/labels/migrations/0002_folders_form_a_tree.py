from django.db import migrations

# Moves within one area wait for each other: two people who move A into B and B into A at the same moment would each
# see a tree without a circle, and make one together.
FORWARD = """
CREATE FUNCTION labels_folder_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above record;
    place uuid := NEW.parent_id;
    depth integer := 1;
    height integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.area <> OLD.area THEN
            RAISE EXCEPTION 'A folder stays in its area'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'folder_in_its_area';
        END IF;
        IF NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.firm_id::text || ' folders ' || NEW.area, 0));
    WHILE place IS NOT NULL LOOP
        IF place = NEW.id THEN
            RAISE EXCEPTION 'A folder does not lie in itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'folder_not_in_itself';
        END IF;
        SELECT parent_id, area INTO above FROM labels_folder WHERE firm_id = NEW.firm_id AND id = place;
        IF above.area IS DISTINCT FROM NEW.area THEN
            RAISE EXCEPTION 'A folder lies in a folder of its own area'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'folder_in_its_area';
        END IF;
        place := above.parent_id;
        depth := depth + 1;
    END LOOP;
    WITH RECURSIVE down AS (
        SELECT NEW.id AS id, 0 AS level
        UNION ALL
        SELECT f.id, down.level + 1 FROM labels_folder f JOIN down ON f.parent_id = down.id
        WHERE f.firm_id = NEW.firm_id AND down.level < 9
    )
    SELECT max(level) INTO height FROM down;
    IF depth + height > 8 THEN
        RAISE EXCEPTION 'Folders lie at most eight deep'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'folder_not_too_deep';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = "DROP FUNCTION labels_folder_tree() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("labels", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
