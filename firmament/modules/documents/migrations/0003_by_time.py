import django.db.models.deletion
import firmament.kernel.tenancy.ambient
import firmament.kernel.tenancy.fields
import firmament.lib.ids
import firmament.lib.instant
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0004_engagements_have_a_room'),
        ('documents', '0002_engagements_have_a_room'),
        ('engagements', '0001_taken_over_from_clients'),
        ('tenancy', '0002_access_follows_membership'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemTimes',
            fields=[
                ('id', models.UUIDField(default=firmament.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=firmament.lib.instant.now, editable=False)),
                ('updated_at', firmament.kernel.tenancy.fields.UpdatedAtField(default=firmament.lib.instant.now, editable=False)),
                ('sent_at', models.DateTimeField()),
                ('handed_in_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('client', firmament.kernel.tenancy.fields.FirmForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
                ('engagement', firmament.kernel.tenancy.fields.FirmForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.engagement')),
                ('firm', models.ForeignKey(db_index=False, default=firmament.kernel.tenancy.ambient.current_firm_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.firm')),
                ('item', firmament.kernel.tenancy.fields.FirmForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='times', to='documents.requestitem')),
            ],
        ),
        migrations.AddIndex(
            model_name='documentrequest',
            index=models.Index(fields=['firm', 'sent_at'], name='request_sent'),
        ),
        migrations.AddIndex(
            model_name='itemtimes',
            index=models.Index(fields=['firm', 'sent_at'], include=('client', 'engagement'), name='times_sent'),
        ),
        migrations.AddIndex(
            model_name='itemtimes',
            index=models.Index(fields=['firm', 'handed_in_at'], include=('client', 'engagement', 'sent_at'), name='times_handed_in'),
        ),
        migrations.AddIndex(
            model_name='itemtimes',
            index=models.Index(fields=['firm', 'accepted_at'], include=('client', 'engagement'), name='times_accepted'),
        ),
        migrations.AddConstraint(
            model_name='itemtimes',
            constraint=models.UniqueConstraint(fields=('firm', 'item'), name='times_of_one_item'),
        ),
        migrations.AddConstraint(
            model_name='itemtimes',
            constraint=models.UniqueConstraint(fields=('firm', 'id'), name='documents_itemtimes_firm_id'),
        ),
    ]
