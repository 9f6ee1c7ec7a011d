from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0010_run_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='freshnesspreference',
            name='default_view',
            field=models.CharField(choices=[('board', 'Board: eight cards'), ('compact', 'Compact: one line a sector'), ('alerts', 'Alerts'), ('technology', 'Technology'), ('healthcare', 'Healthcare'), ('energy', 'Energy'), ('financial', 'Financial'), ('consumer_discretionary', 'Consumer discretionary'), ('industrials', 'Industrials'), ('materials', 'Materials'), ('utilities', 'Utilities')], default='board', help_text='What opens after the log-in, and at “/”.', max_length=50),
        ),
    ]
