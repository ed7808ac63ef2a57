"""The table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Create it."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="TodoItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=256, null=True)),
                ("completed", models.BooleanField(blank=True, default=False, null=True)),
                ("url", models.CharField(blank=True, max_length=256, null=True)),
                ("order", models.IntegerField(blank=True, null=True)),
            ],
        )
    ]
