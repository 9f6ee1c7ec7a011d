from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("universe", "0006_news_and_filings")]

    operations = [
        migrations.CreateModel(
            name="VendorCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("purpose", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, help_text="What was asked about: mostly a session.", max_length=40)),
                ("kept_at", models.DateTimeField(db_index=True)),
                ("vendor", models.CharField(max_length=20)),
                ("transport", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=300)),
                ("request_id", models.CharField(blank=True, help_text="The vendor's; empty: it gave none.", max_length=64)),
                ("received_at", models.DateTimeField()),
                ("rows", models.PositiveIntegerField(null=True)),
                ("asked", models.PositiveIntegerField(default=1, help_text="How many questions the row stands for.")),
            ],
            options={
                "ordering": ["-kept_at", "id"],
                "indexes": [
                    models.Index(fields=["purpose", "subject", "-kept_at"], name="vendor_call_newest")
                ],
            },
        ),
    ]
