from django.db import migrations

# The global list of who may enter by the client's door follows the grants: an entry while any grant stands.
ACCESS = """
CREATE FUNCTION policies_sync_client_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.revoked_at IS NULL THEN
        INSERT INTO public.tenancy_firmaccess (user_id, firm_id, domain)
        VALUES (NEW.user_id, NEW.firm_id, 'client') ON CONFLICT DO NOTHING;
    ELSIF NOT EXISTS (
        SELECT 1 FROM public.policies_portalgrant
        WHERE user_id = COALESCE(OLD.user_id, NEW.user_id) AND firm_id = COALESCE(OLD.firm_id, NEW.firm_id)
          AND revoked_at IS NULL
    ) THEN
        DELETE FROM public.tenancy_firmaccess
        WHERE user_id = COALESCE(OLD.user_id, NEW.user_id) AND firm_id = COALESCE(OLD.firm_id, NEW.firm_id)
          AND domain = 'client';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portalgrant_sync_access AFTER INSERT OR UPDATE OR DELETE ON policies_portalgrant
FOR EACH ROW EXECUTE FUNCTION policies_sync_client_access();
"""

ACCESS_REVERSE = """
DROP TRIGGER portalgrant_sync_access ON policies_portalgrant;
DROP FUNCTION policies_sync_client_access();
"""

# A grant's person and client never change: what the grant was for would be lost, and another door left open.
FIXED = """
CREATE FUNCTION policies_grant_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id <> OLD.user_id OR NEW.client_id <> OLD.client_id OR NEW.firm_id <> OLD.firm_id THEN
        RAISE EXCEPTION 'a portal grant keeps its person and its client'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'portalgrant_is_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portalgrant_is_fixed BEFORE UPDATE ON policies_portalgrant
FOR EACH ROW EXECUTE FUNCTION policies_grant_is_fixed();
"""

FIXED_REVERSE = """
DROP TRIGGER portalgrant_is_fixed ON policies_portalgrant;
DROP FUNCTION policies_grant_is_fixed();
"""

# Staff and client are two people to a firm, even in one body. The lock makes two transactions, one
# adding each side, wait for one another: neither would see the other's row.
DOMAINS = """
CREATE FUNCTION policies_domains_never_mix() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('domains ' || NEW.firm_id || ' ' || NEW.user_id, 0));
    IF TG_TABLE_NAME = 'tenancy_membership' THEN
        IF NEW.state = 'active' AND EXISTS (
            SELECT 1 FROM policies_portalgrant
            WHERE firm_id = NEW.firm_id AND user_id = NEW.user_id AND revoked_at IS NULL
        ) THEN
            RAISE EXCEPTION 'this person uses the portal of a client of this firm, so cannot be its staff'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_domains_never_mix';
        END IF;
    ELSIF NEW.revoked_at IS NULL AND EXISTS (
        SELECT 1 FROM tenancy_membership
        WHERE firm_id = NEW.firm_id AND user_id = NEW.user_id AND state = 'active'
    ) THEN
        RAISE EXCEPTION 'this person is staff of this firm, so cannot use the portal of its clients'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_domains_never_mix';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER membership_domains_never_mix BEFORE INSERT OR UPDATE OF state, user_id ON tenancy_membership
FOR EACH ROW EXECUTE FUNCTION policies_domains_never_mix();
CREATE TRIGGER portalgrant_domains_never_mix BEFORE INSERT OR UPDATE OF revoked_at ON policies_portalgrant
FOR EACH ROW EXECUTE FUNCTION policies_domains_never_mix();
"""

DOMAINS_REVERSE = """
DROP TRIGGER membership_domains_never_mix ON tenancy_membership;
DROP TRIGGER portalgrant_domains_never_mix ON policies_portalgrant;
DROP FUNCTION policies_domains_never_mix();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial"), ("tenancy", "0002_access_follows_membership")]

    operations = [
        migrations.RunSQL(ACCESS, ACCESS_REVERSE),
        migrations.RunSQL(FIXED, FIXED_REVERSE),
        migrations.RunSQL(DOMAINS, DOMAINS_REVERSE),
    ]
