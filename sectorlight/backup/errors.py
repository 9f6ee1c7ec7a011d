"""Why a backup or a restore did not take place."""


class BackupError(RuntimeError):
    """Nothing was changed unless the text says so; it names the thing, and what may be done."""
