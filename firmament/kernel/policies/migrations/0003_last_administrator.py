from django.db import migrations

# Deferred, so that one administrator can hand over to another in any order within a transaction. The firm is taken
# from the row: at commit the transaction may stand in another firm, or in none. The lock makes two transactions
# that each remove "the other" administrator wait for one another.
FUNCTION = """
CREATE FUNCTION policies_keep_an_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := current_setting('app.firm_id', true);
    kept boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('administrators ' || OLD.firm_id, 0));
    PERFORM set_config('app.firm_id', OLD.firm_id::text, true);
    SELECT EXISTS (
        SELECT 1 FROM policies_roleassignment a
        JOIN policies_role r ON r.firm_id = a.firm_id AND r.id = a.role_id AND r.code = 'firm_admin'
        JOIN tenancy_membership m ON m.firm_id = a.firm_id AND m.id = a.membership_id AND m.state = 'active'
        WHERE a.firm_id = OLD.firm_id
    ) OR NOT EXISTS (SELECT 1 FROM tenancy_firm WHERE id = OLD.firm_id AND state <> 'canceled') INTO kept;
    PERFORM set_config('app.firm_id', coalesce(before, ''), true);
    IF NOT kept THEN
        RAISE EXCEPTION 'a firm keeps at least one active administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_last_administrator';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER policies_last_administrator AFTER DELETE OR UPDATE ON policies_roleassignment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION policies_keep_an_administrator();
CREATE CONSTRAINT TRIGGER policies_last_administrator AFTER DELETE OR UPDATE OF code ON policies_role
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.code = 'firm_admin')
EXECUTE FUNCTION policies_keep_an_administrator();
CREATE CONSTRAINT TRIGGER policies_last_administrator AFTER DELETE OR UPDATE OF state ON tenancy_membership
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state = 'active')
EXECUTE FUNCTION policies_keep_an_administrator();
"""

REVERSE = """
DROP TRIGGER policies_last_administrator ON policies_roleassignment;
DROP TRIGGER policies_last_administrator ON policies_role;
DROP TRIGGER policies_last_administrator ON tenancy_membership;
DROP FUNCTION policies_keep_an_administrator();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_access_follows_grants")]

    operations = [migrations.RunSQL(FUNCTION, REVERSE)]
