import django.db.models.deletion
import firmament.kernel.tenancy.ambient
import firmament.kernel.tenancy.fields
import firmament.kernel.tenancy.validators
import firmament.lib.ids
import firmament.lib.instant
from django.db import migrations, models

# Only what Django believes changes. The table, its rows, keys, policies and trigger stay as they are, under the name they
# have: no lock is taken, and hosts of the release before go on working. documents 0002 and clients 0004 are its other half.


def rename_content_type(apps, schema_editor):
    """As Django does when a model is renamed; in a new database there is no row yet."""
    rows = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    rows.filter(app_label="clients", model="engagement").update(app_label="engagements")


def rename_content_type_back(apps, schema_editor):
    rows = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    rows.filter(app_label="engagements", model="engagement").update(app_label="clients")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clients', '0003_grants_and_walls_point_at_clients'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('tenancy', '0002_access_follows_membership'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Engagement',
                    fields=[
                        ('id', models.UUIDField(default=firmament.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=firmament.lib.instant.now, editable=False)),
                        ('updated_at', firmament.kernel.tenancy.fields.UpdatedAtField(default=firmament.lib.instant.now, editable=False)),
                        ('title', models.CharField(max_length=200, validators=[firmament.kernel.tenancy.validators.validate_text, firmament.kernel.tenancy.validators.validate_not_blank], verbose_name='Title')),
                        ('service_line', models.CharField(blank=True, help_text='What kind of work it is, such as bookkeeping.', max_length=80, validators=[firmament.kernel.tenancy.validators.validate_text], verbose_name='Service')),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('paused', 'Paused'), ('completed', 'Completed'), ('canceled', 'Canceled'), ('archived', 'Archived')], default='draft', max_length=10, verbose_name='State')),
                        ('reason', models.TextField(blank=True, max_length=2000, validators=[firmament.kernel.tenancy.validators.validate_text], verbose_name='Reason')),
                        ('starts_on', models.DateField(blank=True, null=True, verbose_name='Starts on')),
                        ('ends_on', models.DateField(blank=True, null=True, verbose_name='Ends on')),
                        ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('client', firmament.kernel.tenancy.fields.FirmForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
                        ('firm', models.ForeignKey(db_index=False, default=firmament.kernel.tenancy.ambient.current_firm_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.firm')),
                        ('lead', firmament.kernel.tenancy.fields.FirmForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership', verbose_name='Led by')),
                    ],
                    options={
                        'db_table': 'clients_engagement',
                        'indexes': [models.Index(fields=['firm', 'state', '-created_at', '-id'], name='engagement_by_state')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'active', 'paused', 'completed', 'canceled', 'archived'])), name='engagement_state_known'), models.CheckConstraint(condition=models.Q(('title__regex', '\\S')), name='engagement_has_a_title'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('starts_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='engagement_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['paused', 'canceled']), _negated=True), ('reason__regex', '\\S'), _connector='OR'), name='engagement_paused_or_canceled_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['completed', 'canceled', 'archived'])), models.Q(models.Q(('state__in', ['completed', 'canceled', 'archived']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='engagement_ended_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('archived_at__isnull', False), ('state', 'archived')), models.Q(models.Q(('state', 'archived'), _negated=True), ('archived_at__isnull', True)), _connector='OR'), name='engagement_archived_has_a_time'), models.UniqueConstraint(fields=('firm', 'id'), name='clients_engagement_firm_id')],
                    },
                ),
            ],
        ),
        migrations.RunPython(rename_content_type, rename_content_type_back),
    ]
