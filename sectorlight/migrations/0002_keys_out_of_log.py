"""The log of the admin called tokens by their keys; it keeps whose they were, and no key."""

from typing import Any

from django.db import migrations


def keys_blank(apps: Any, schema_editor: Any) -> None:
    """Name the tokens in the log anew, by the person whose number stands beside them."""
    entries = apps.get_model("admin", "LogEntry").objects.filter(content_type__app_label="authtoken")
    people = {str(pk): name for pk, name in apps.get_model("sectorlight", "User").objects.values_list("pk", "username")}
    for entry in entries.iterator():
        # The proxy of the admin goes by the number of its user, the token itself by its key.
        name = people.get(entry.object_id)
        entry.object_id = entry.object_id if name else ""
        entry.object_repr = f"token of {name}" if name else "token"
        entry.change_message = ""
        entry.save(update_fields=["object_id", "object_repr", "change_message"])


class Migration(migrations.Migration):
    dependencies = [
        ("sectorlight", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(keys_blank, migrations.RunPython.noop)]
