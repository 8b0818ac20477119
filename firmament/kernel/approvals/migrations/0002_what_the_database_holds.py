from django.db import migrations

FORWARD = """
CREATE FUNCTION approvals_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked approvals_approval;
BEGIN
    SELECT * INTO asked FROM approvals_approval
        WHERE firm_id = NEW.firm_id AND id = NEW.approval_id FOR NO KEY UPDATE;
    IF asked.state IS DISTINCT FROM 'pending' THEN
        RAISE EXCEPTION 'The question is closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_of_an_open_question';
    END IF;
    IF NEW.checksum <> asked.checksum THEN
        RAISE EXCEPTION 'The decision is about other content'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_of_this_content';
    END IF;
    IF asked.not_author AND (NEW.member_id = asked.asked_by_id OR NEW.member_id = ANY (asked.authors)) THEN
        RAISE EXCEPTION 'Who wrote it, or asked, does not decide'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_by_somebody_else';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION approvals_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'decided_at', 'updated_at'];
    said record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An approval is evidence and stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'pending' THEN
            RAISE EXCEPTION 'An approval begins as a question'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_begins_pending';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'pending' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'A closed question stays closed, and what was asked stays as it was asked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_stays_as_asked';
    END IF;
    SELECT count(DISTINCT member_id) FILTER (WHERE verdict = 'approve') AS yes,
           count(*) FILTER (WHERE verdict = 'reject') AS no
        INTO said FROM approvals_decision
        WHERE firm_id = NEW.firm_id AND approval_id = NEW.id AND checksum = NEW.checksum;
    IF (NEW.state = 'approved' AND (said.yes < NEW.needed OR said.no > 0))
        OR (NEW.state = 'rejected' AND said.no = 0) THEN
        RAISE EXCEPTION 'The decisions do not say so'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_as_decided';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = """
DROP FUNCTION approvals_guard_approval() CASCADE;
DROP FUNCTION approvals_guard_decision() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
