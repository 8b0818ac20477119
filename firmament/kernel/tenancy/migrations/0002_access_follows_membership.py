from django.db import migrations

FUNCTION = """
CREATE FUNCTION tenancy_sync_staff_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.state = 'active' THEN
        INSERT INTO public.tenancy_firmaccess (user_id, firm_id, domain)
        VALUES (NEW.user_id, NEW.firm_id, 'staff') ON CONFLICT DO NOTHING;
        RETURN NEW;
    END IF;
    DELETE FROM public.tenancy_firmaccess
    WHERE user_id = COALESCE(OLD.user_id, NEW.user_id) AND firm_id = COALESCE(OLD.firm_id, NEW.firm_id) AND domain = 'staff';
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER membership_sync_access AFTER INSERT OR UPDATE OR DELETE ON tenancy_membership
FOR EACH ROW EXECUTE FUNCTION tenancy_sync_staff_access();
"""

REVERSE = """
DROP TRIGGER membership_sync_access ON tenancy_membership;
DROP FUNCTION tenancy_sync_staff_access();
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, REVERSE)]
