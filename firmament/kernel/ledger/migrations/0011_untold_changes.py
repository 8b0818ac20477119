import django.contrib.postgres.fields
import django.db.models.deletion
import firmament.kernel.tenancy.ambient
import firmament.kernel.tenancy.fields
import firmament.lib.ids
import firmament.lib.instant
from django.db import migrations, models

FORWARD = r"""
-- As 0009 has it, but that what nobody told of is kept too, where it is let through: asked for later, it would be looked for
-- among every change there ever was.
CREATE OR REPLACE FUNCTION ledger_require_evidence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    firm_before text := current_setting('app.firm_id', true);
    untold text[];
BEGIN
    IF firm_before IS DISTINCT FROM NEW.firm_id::text THEN
        PERFORM set_config('app.firm_id', NEW.firm_id::text, true);
    END IF;
    untold := public.ledger_untold(NEW.firm_id, NEW.id, NEW.transaction_id, NEW.occurred_at, NEW.of_table, NEW.operation,
        NEW.columns);
    -- A migration or a hand on the database need not explain itself. It is shown among what nobody told.
    IF untold <> '{}' AND NEW.session_role <> 'firmament_app' THEN
        INSERT INTO public.ledger_untoldchange (id, firm_id, created_at, updated_at, change_id, columns)
        VALUES (uuidv7(), NEW.firm_id, now(), now(), NEW.id, untold);
    END IF;
    IF firm_before IS DISTINCT FROM NEW.firm_id::text THEN
        PERFORM set_config('app.firm_id', coalesce(firm_before, ''), true);
    END IF;
    IF untold <> '{}' AND NEW.session_role = 'firmament_app' THEN
        -- A mistake of the program (P0001), and not of whoever used it.
        RAISE EXCEPTION 'No event of this transaction tells of %, %: %', NEW.of_table, NEW.operation,
                coalesce(nullif(array_to_string(untold, ', '), ''), 'the row')
            USING CONSTRAINT = 'row_told', TABLE = NEW.of_table,
                HINT = 'Record the event in the action, or declare in evidence.py which event tells of it.';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0010_told_by_code'),
        ('tenancy', '0002_access_follows_membership'),
    ]

    operations = [
        migrations.CreateModel(
            name='UntoldChange',
            fields=[
                ('id', models.UUIDField(default=firmament.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=firmament.lib.instant.now, editable=False)),
                ('updated_at', firmament.kernel.tenancy.fields.UpdatedAtField(default=firmament.lib.instant.now, editable=False)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), size=None)),
                ('change', firmament.kernel.tenancy.fields.FirmForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.rowchange')),
                ('firm', models.ForeignKey(db_index=False, default=firmament.kernel.tenancy.ambient.current_firm_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.firm')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('firm', 'change'), name='untoldchange_once'), models.UniqueConstraint(fields=('firm', 'id'), name='ledger_untoldchange_firm_id')],
            },
        ),
        migrations.RunSQL(FORWARD),
    ]
