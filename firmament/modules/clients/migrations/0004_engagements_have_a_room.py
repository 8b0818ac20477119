from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('clients', '0003_grants_and_walls_point_at_clients')]

    operations = [
        # The table stays, with everything in it: engagements 0001 has taken it over.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='Engagement')]),
    ]
