import datetime

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Collate

import firmament.kernel.tenancy.ambient
import firmament.kernel.tenancy.fields
import firmament.lib.ids
import firmament.lib.instant

# Who holds both powers of a pair, by roles and by what is lent to them, now or in a time to come; with the exception that
# counts at the instant, if there is one. What is lent counts whether or not the lender has it at the moment, so that
# nothing the lender gains later can make a breach of it.
HOLDERS = """
CREATE FUNCTION policies_duty_holders(the_firm uuid, instant timestamptz)
RETURNS TABLE (pair_id uuid, membership_id uuid, exception_id uuid) LANGUAGE sql STABLE AS $$
    WITH held AS (
        SELECT a.membership_id, c.power, '(,)'::tstzrange AS span
        FROM policies_roleassignment a
        JOIN policies_rolepower c ON c.firm_id = a.firm_id AND c.role_id = a.role_id
        WHERE a.firm_id = the_firm
        UNION ALL
        SELECT d.borrower_id, n.power, tstzrange(d.starts_at, d.ends_at)
        FROM policies_delegation d
        JOIN policies_delegatedpower n ON n.firm_id = d.firm_id AND n.delegation_id = d.id
        WHERE d.firm_id = the_firm AND d.taken_back_at IS NULL AND d.ends_at > instant
    )
    SELECT DISTINCT p.id, m.id, (
        SELECT e.id FROM policies_dutyexception e
        WHERE e.firm_id = p.firm_id AND e.pair_id = p.id AND e.membership_id = m.id
          AND e.ended_at IS NULL AND e.ends_at > instant
        ORDER BY e.ends_at DESC, e.id LIMIT 1
    )
    FROM policies_dutypair p
    JOIN held x ON x.power = p.power_a
    JOIN held y ON y.power = p.power_b AND y.membership_id = x.membership_id AND y.span && x.span
    JOIN tenancy_membership m ON m.firm_id = p.firm_id AND m.id = x.membership_id AND m.state = 'active'
    WHERE p.firm_id = the_firm AND p.kind = 'hold' AND p.retired_at IS NULL
$$;
"""

# Deferred, so that somebody can change sides in any order within a transaction. The firm is taken from the row: at commit
# the transaction may stand in another firm, or in none. The lock makes two transactions that each give one of the two
# powers, or one that gives and one that declares, wait for one another. Only what the row itself has to do with is
# looked at: an exception that has ended elsewhere does not stop other work.
KEEP_APART = """
CREATE FUNCTION policies_keep_duties_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := current_setting('app.firm_id', true);
    the_firm uuid := coalesce(NEW.firm_id, OLD.firm_id);
    members uuid[];
    powers text[];
    pair uuid;
    broken_pair uuid;
    broken_member uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('duties ' || the_firm, 0));
    PERFORM set_config('app.firm_id', the_firm::text, true);
    IF EXISTS (SELECT FROM policies_dutypair WHERE firm_id = the_firm AND kind = 'hold'
               AND retired_at IS NULL AND in_force_at IS NOT NULL) THEN
        CASE TG_TABLE_NAME
            WHEN 'policies_roleassignment' THEN
                members := ARRAY[NEW.membership_id];
                powers := ARRAY(SELECT c.power FROM policies_rolepower c WHERE c.role_id = NEW.role_id);
            WHEN 'policies_rolepower' THEN
                members := ARRAY(SELECT a.membership_id FROM policies_roleassignment a WHERE a.role_id = NEW.role_id);
                powers := ARRAY[NEW.power];
            WHEN 'policies_delegation' THEN
                members := ARRAY[NEW.borrower_id];
                powers := ARRAY(SELECT n.power FROM policies_delegatedpower n WHERE n.delegation_id = NEW.id);
            WHEN 'policies_delegatedpower' THEN
                members := ARRAY(SELECT d.borrower_id FROM policies_delegation d WHERE d.id = NEW.delegation_id);
                powers := ARRAY[NEW.power];
            WHEN 'tenancy_membership' THEN
                members := ARRAY[NEW.id];
            WHEN 'policies_dutyexception' THEN
                members := ARRAY[OLD.membership_id];
                pair := OLD.pair_id;
            WHEN 'policies_dutypair' THEN
                pair := NEW.id;
        END CASE;
        SELECT h.pair_id, h.membership_id INTO broken_pair, broken_member
        FROM policies_duty_holders(the_firm, clock_timestamp()) h
        JOIN policies_dutypair p ON p.firm_id = the_firm AND p.id = h.pair_id AND p.in_force_at IS NOT NULL
        WHERE h.exception_id IS NULL
          AND (members IS NULL OR h.membership_id = ANY (members))
          AND (powers IS NULL OR p.power_a = ANY (powers) OR p.power_b = ANY (powers))
          AND (pair IS NULL OR p.id = pair)
        ORDER BY h.pair_id, h.membership_id LIMIT 1;
    END IF;
    PERFORM set_config('app.firm_id', coalesce(before, ''), true);
    IF broken_member IS NOT NULL THEN
        RAISE EXCEPTION 'one person would hold two powers that are kept apart'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_duties_apart',
                DETAIL = broken_pair || ' ' || broken_member;
    END IF;
    RETURN NULL;
END $$;
"""
GUARDED = (
    ("policies_roleassignment", "INSERT OR UPDATE"),
    ("policies_rolepower", "INSERT OR UPDATE"),
    ("policies_delegation", "INSERT OR UPDATE"),
    ("policies_delegatedpower", "INSERT OR UPDATE"),
    ("tenancy_membership", "UPDATE OF state"),
    ("policies_dutypair", "INSERT OR UPDATE"),
    ("policies_dutyexception", "UPDATE OR DELETE"),
)
TRIGGERS = "".join(
    f"CREATE CONSTRAINT TRIGGER policies_duties_apart AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION policies_keep_duties_apart();\n"
    for table, when in GUARDED
)

# The other power on the same thing is for those who are exempt alone, and an exception is the person's own, for this pair,
# and not over.
GUARD_USE = """
CREATE FUNCTION policies_guard_dutyuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.exception_id IS NULL THEN
        IF EXISTS (SELECT FROM policies_dutyuse WHERE firm_id = NEW.firm_id AND pair_id = NEW.pair_id
                   AND membership_id = NEW.membership_id AND object_id = NEW.object_id AND power <> NEW.power
                   AND exception_id IS NOT NULL) THEN
            RAISE EXCEPTION 'one person would use two powers that are kept apart'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'dutyuse_of_one_power';
        END IF;
    ELSIF NOT EXISTS (SELECT FROM policies_dutyexception WHERE firm_id = NEW.firm_id AND id = NEW.exception_id
                      AND pair_id = NEW.pair_id AND membership_id = NEW.membership_id AND ended_at IS NULL
                      AND ends_at > NEW.created_at) THEN
        RAISE EXCEPTION 'there is no such exception'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dutyuse_exempt';
    END IF;
    RETURN NEW;
END $$;
"""
REVERSE = (
    "".join(f"DROP TRIGGER policies_duties_apart ON {table};\n" for table, _when in GUARDED)
    + """
DROP FUNCTION policies_keep_duties_apart();
DROP FUNCTION policies_duty_holders(uuid, timestamptz);
DROP FUNCTION policies_guard_dutyuse() CASCADE;
"""
)


def own() -> list[tuple[str, models.Field]]:
    """What every table of a firm begins with."""
    return [
        (
            "id",
            models.UUIDField(
                default=firmament.lib.ids.uuid7, editable=False, primary_key=True, serialize=False
            ),
        ),
        ("created_at", models.DateTimeField(default=firmament.lib.instant.now, editable=False)),
        (
            "updated_at",
            firmament.kernel.tenancy.fields.UpdatedAtField(default=firmament.lib.instant.now, editable=False),
        ),
        (
            "firm",
            models.ForeignKey(
                db_index=False,
                default=firmament.kernel.tenancy.ambient.current_firm_id,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.firm",
            ),
        ),
    ]


def key(to: str, *, cascade: bool = False, null: bool = False) -> models.Field:
    """A reference within the firm."""
    deletion = django.db.models.deletion
    return firmament.kernel.tenancy.fields.FirmForeignKey(
        on_delete=deletion.CASCADE if cascade else deletion.PROTECT, related_name="+", to=to, null=null
    )


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0007_powers_are_lent"),
        ("tenancy", "0002_access_follows_membership"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyPair",
            fields=[
                *own(),
                ("power_a", models.CharField(max_length=80)),
                ("power_b", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hold", "Nobody may have both"),
                            ("use", "Nobody may use both on the same thing"),
                        ],
                        max_length=4,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=60)),
                ("reason", models.TextField(max_length=2000, verbose_name="Reason")),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("retired_reason", models.TextField(blank=True, max_length=2000)),
                ("declared_by", key("tenancy.membership", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["firm", "power_a", "power_b"],
                        condition=Q(retired_at__isnull=True),
                        name="dutypair_once",
                        violation_error_message="These two are kept apart already.",
                    ),
                    models.CheckConstraint(
                        condition=Q(power_a__lt=Collate(F("power_b"), "C")), name="dutypair_of_two_in_order"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="hold", subject="")
                        | Q(kind="use", in_force_at__isnull=False) & ~Q(subject=""),
                        name="dutypair_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(reason__regex=r"\S"),
                        name="dutypair_has_a_reason",
                        violation_error_message="Say why these two are kept apart.",
                    ),
                    models.CheckConstraint(
                        condition=Q(retired_at__isnull=True, retired_reason="")
                        | Q(retired_at__isnull=False, retired_reason__regex=r"\S"),
                        name="dutypair_is_retired_for_a_reason",
                    ),
                    models.UniqueConstraint(fields=["firm", "id"], name="policies_dutypair_firm_id"),
                ]
            },
        ),
        migrations.CreateModel(
            name="DutyException",
            fields=[
                *own(),
                ("reason", models.TextField(max_length=2000, verbose_name="Reason")),
                ("ends_at", models.DateTimeField(verbose_name="Until")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("pair", key("policies.dutypair")),
                ("membership", key("tenancy.membership", cascade=True)),
                ("granted_by", key("tenancy.membership")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["firm", "pair", "membership"],
                        condition=Q(ended_at__isnull=True),
                        name="dutyexception_standing",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(granted_by=F("membership")),
                        name="dutyexception_not_for_oneself",
                        violation_error_message="Somebody else has to exempt you.",
                    ),
                    models.CheckConstraint(
                        condition=Q(ends_at__gt=F("created_at"))
                        & Q(ends_at__lte=F("created_at") + datetime.timedelta(days=366)),
                        name="dutyexception_for_a_year_at_most",
                        violation_error_message="Choose a day within the next year.",
                    ),
                    models.CheckConstraint(
                        condition=Q(reason__regex=r"\S"),
                        name="dutyexception_has_a_reason",
                        violation_error_message="Say why this person is exempt.",
                    ),
                    models.UniqueConstraint(fields=["firm", "id"], name="policies_dutyexception_firm_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyUse",
            fields=[
                *own(),
                ("object_id", models.UUIDField()),
                ("power", models.CharField(max_length=80)),
                ("pair", key("policies.dutypair")),
                ("membership", key("tenancy.membership")),
                ("exception", key("policies.dutyexception", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["firm", "pair", "membership", "object_id", "power"], name="dutyuse_once"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        name="dutyuse_of_one_power",
                        expressions=[
                            ("firm", "="),
                            ("pair", "="),
                            ("membership", "="),
                            ("object_id", "="),
                            ("power", "<>"),
                        ],
                        condition=Q(exception__isnull=True),
                    ),
                    models.UniqueConstraint(fields=["firm", "id"], name="policies_dutyuse_firm_id"),
                ]
            },
        ),
        migrations.RunSQL(HOLDERS + KEEP_APART + TRIGGERS + GUARD_USE, REVERSE),
    ]
