from django.db import migrations

# What a session may become, whoever writes: one step at a time, each filled in once, none taken back.
SESSION = """
CREATE FUNCTION breakglass_session_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    step text;
    second uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT (NEW.state = 'requested' AND NOT NEW.emergency OR NEW.state = 'open' AND NEW.emergency) THEN
            RAISE EXCEPTION 'a session begins requested, or open in an emergency'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'session_steps';
        END IF;
        second := NEW.operator_id;
    ELSE
        step := OLD.state || ' ' || NEW.state;
        IF step NOT IN ('requested approved', 'approved open', 'requested closed', 'approved closed', 'open closed',
                'closed reviewed') THEN
            RAISE EXCEPTION 'a session that is % does not become %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'session_steps';
        END IF;
        IF (NEW.id, NEW.firm_id, NEW.operator_id, NEW.reason, NEW.ticket, NEW.minutes, NEW.emergency, NEW.requested_at,
                NEW.created_at) IS DISTINCT FROM
            (OLD.id, OLD.firm_id, OLD.operator_id, OLD.reason, OLD.ticket, OLD.minutes, OLD.emergency, OLD.requested_at,
                OLD.created_at)
            OR NEW.state <> 'approved' AND (NEW.approved_by_id, NEW.approved_at)
                IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at)
            OR NEW.state <> 'open' AND (NEW.opened_at, NEW.ends_at) IS DISTINCT FROM (OLD.opened_at, OLD.ends_at)
            OR NEW.state <> 'closed' AND
                (NEW.closed_at, NEW.closed_how, NEW.closed_by_operator_id, NEW.closed_by_member_id) IS DISTINCT FROM
                (OLD.closed_at, OLD.closed_how, OLD.closed_by_operator_id, OLD.closed_by_member_id)
            OR NEW.state <> 'reviewed' AND (NEW.reviewed_by_id, NEW.reviewed_at, NEW.verdict, NEW.note)
                IS DISTINCT FROM (OLD.reviewed_by_id, OLD.reviewed_at, OLD.verdict, OLD.note) THEN
            RAISE EXCEPTION 'a step of a session changes nothing but itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'session_keeps_what_stands';
        END IF;
        second := CASE NEW.state WHEN 'approved' THEN NEW.approved_by_id WHEN 'open' THEN NEW.operator_id
            WHEN 'reviewed' THEN NEW.reviewed_by_id END;
    END IF;
    IF NEW.state = 'open' AND NEW.ends_at IS DISTINCT FROM NEW.opened_at + make_interval(mins => NEW.minutes) THEN
        RAISE EXCEPTION 'a session ends after the minutes that were asked for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_ends_as_asked';
    END IF;
    IF second IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM public.breakglass_operator o WHERE o.id = second AND o.ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'whoever opens, agrees or looks over is an operator at that moment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_by_operators_at_work';
    END IF;
    RETURN NEW;
END $$;
"""

# Before a firm is set it must be known where an operator has sessions; the application may not write that itself.
LOOKUP = """
CREATE FUNCTION breakglass_keep_lookup() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO public.breakglass_sessionlookup
        (session_id, firm_id, operator_id, state, requested_at, ends_at, begun)
    VALUES (NEW.id, NEW.firm_id, NEW.operator_id, NEW.state, NEW.requested_at, NEW.ends_at, NEW.opened_at IS NOT NULL)
    ON CONFLICT (session_id) DO UPDATE
        SET state = EXCLUDED.state, ends_at = EXCLUDED.ends_at, begun = EXCLUDED.begun;
    RETURN NULL;
END $$;
"""

# Whoever runs the platform belongs to no firm, and nobody of a firm runs it. The lock makes two transactions, one
# adding each side, wait for one another: neither would see the other's row.
OPERATOR = """
CREATE FUNCTION breakglass_operator_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('operator ' || NEW.user_id, 0));
    IF TG_TABLE_NAME = 'tenancy_firmaccess' THEN
        IF EXISTS (SELECT 1 FROM public.breakglass_operator o WHERE o.user_id = NEW.user_id AND o.ended_at IS NULL) THEN
            RAISE EXCEPTION 'an operator of the platform belongs to no firm'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'operator_of_no_firm';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.user_id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.created_at) THEN
        RAISE EXCEPTION 'an operator stays the person they are'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'operator_is_fixed';
    END IF;
    IF NEW.ended_at IS NULL AND EXISTS (SELECT 1 FROM public.tenancy_firmaccess a WHERE a.user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'an operator of the platform belongs to no firm'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'operator_of_no_firm';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER operator_rules BEFORE INSERT OR UPDATE ON breakglass_operator
FOR EACH ROW EXECUTE FUNCTION breakglass_operator_rules();
CREATE TRIGGER operator_of_no_firm BEFORE INSERT OR UPDATE ON tenancy_firmaccess
FOR EACH ROW EXECUTE FUNCTION breakglass_operator_rules();

CREATE FUNCTION breakglass_operator_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION 'an operator is ended, and never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER operator_stays BEFORE DELETE ON breakglass_operator
FOR EACH ROW EXECUTE FUNCTION breakglass_operator_stays();
"""

BACK = """
DROP TRIGGER operator_of_no_firm ON tenancy_firmaccess;
DROP TRIGGER operator_rules ON breakglass_operator;
DROP TRIGGER operator_stays ON breakglass_operator;
DROP TRIGGER IF EXISTS session_rules ON breakglass_session;
DROP TRIGGER IF EXISTS session_lookup ON breakglass_session;
DROP FUNCTION breakglass_operator_stays();
DROP FUNCTION breakglass_operator_rules();
DROP FUNCTION breakglass_keep_lookup();
DROP FUNCTION breakglass_session_rules();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("breakglass", "0001_initial"),
        ("policies", "0007_powers_are_lent"),
    ]

    operations = [migrations.RunSQL(SESSION + LOOKUP + OPERATOR, BACK)]
