import django.db.models.deletion
import firmament.kernel.tenancy.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0001_initial'),
        ('engagements', '0001_taken_over_from_clients'),
    ]
    # The clients room lets go of the model only when nothing points at it there any more.
    run_before = [('clients', '0004_engagements_have_a_room')]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='documentrequest',
                    name='engagement',
                    field=firmament.kernel.tenancy.fields.FirmForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.engagement'),
                ),
            ],
        ),
    ]
