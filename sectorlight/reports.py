"""Error reports to Sentry, or to what speaks like it, where SENTRY_DSN asks for them.

The client is no part of requirements/base.txt: most installations report nowhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sectorlight.env import SettingError, env_url, refuse, without_password
from sectorlight.logs import redacted


def env_dsn(name: str) -> str:
    """A project's address with its public key, or empty. The refusal does not repeat the key."""
    value = env_url(name, "", ("https", "http"))
    parts = urlsplit(value)
    if value and not (parts.username and parts.path.rpartition("/")[2].isdecimal()):
        raise refuse(
            name,
            without_password(value),
            "what the project's page shows as DSN: https://key@host/number",
        )
    return value


def reports_start(dsn: str, release: str) -> None:
    """Report what this process fails at. Raises SettingError where the client is not installed."""
    try:
        import sentry_sdk  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise SettingError(
            "SENTRY_DSN is set, but sentry-sdk is not installed, so nothing would be reported. Install it: "
            ".venv/bin/pip install -r requirements/production.txt, or unset SENTRY_DSN."
        ) from None
    sentry_sdk.init(
        dsn,
        release=release,
        # No personal data, and no local variables: one of them might hold a vendor key.
        send_default_pii=False,
        include_local_variables=False,
        before_send=_without_secrets,
        # Else every question to a vendor would carry the DSN's key.
        trace_propagation_targets=[],
    )


def _without_secrets(event: Any, hint: Any) -> Any:
    """``event`` as our own log lines are: it holds messages and the addresses that were fetched before."""
    if isinstance(event, str):
        return redacted(event)
    if isinstance(event, dict):
        return {key: _without_secrets(value, hint) for key, value in event.items()}
    if isinstance(event, (list, tuple)):
        return [_without_secrets(value, hint) for value in event]
    return event
