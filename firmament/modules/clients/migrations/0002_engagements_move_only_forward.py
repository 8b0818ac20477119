from django.db import migrations

# The one way back is named by the transaction itself, for one engagement: `app.reopens_engagement`.
FUNCTION = """
CREATE FUNCTION clients_guard_engagement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'an engagement begins as a draft'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'engagement_begins_as_a_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.client_id <> OLD.client_id THEN
        RAISE EXCEPTION 'an engagement stays with its client'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'engagement_stays_with_its_client';
    END IF;
    IF NEW.state = OLD.state
        OR (OLD.state, NEW.state) IN (
            ('draft', 'active'),
            ('active', 'paused'), ('active', 'completed'), ('active', 'canceled'),
            ('paused', 'active'), ('paused', 'canceled'),
            ('completed', 'archived'), ('canceled', 'archived')
        )
        OR (NEW.state = 'active' AND OLD.state IN ('completed', 'canceled', 'archived')
            AND current_setting('app.reopens_engagement', true) = OLD.id::text)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an engagement does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'engagement_transition_known';
END $$;
CREATE TRIGGER engagement_guard BEFORE INSERT OR UPDATE OF state, client_id ON clients_engagement
FOR EACH ROW EXECUTE FUNCTION clients_guard_engagement();
"""

REVERSE = """
DROP TRIGGER engagement_guard ON clients_engagement;
DROP FUNCTION clients_guard_engagement();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_clients_contacts_engagements")]

    operations = [migrations.RunSQL(FUNCTION, REVERSE)]
