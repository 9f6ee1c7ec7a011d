from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analysis", "0004_catalyst_event")]

    operations = [
        migrations.AddField(
            model_name="runinput",
            name="lineage",
            field=models.JSONField(default=dict),
        ),
    ]
