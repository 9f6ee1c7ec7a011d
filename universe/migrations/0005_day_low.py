from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("universe", "0004_symbol_changes")]

    operations = [
        migrations.AddField(
            model_name="minutequote",
            name="day_low",
            field=models.FloatField(null=True),
        ),
    ]
