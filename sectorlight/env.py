"""Read settings from the environment and refuse nonsense, naming the variable and what is allowed.

The process environment wins over ``.env``. An empty value counts as not set, so that a line
``DATABASE_URL=`` in ``.env`` means "the default". Settings modules call these functions, once, at import.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from dotenv import dotenv_values

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")

_file_values: dict[str, str] = {}


class SettingError(ImproperlyConfigured):
    """A variable has a value that it must not have; the start stops with this sentence."""


class Secret(str):
    """A text that does not show itself in a repr, and so not in a traceback or a debug page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(hidden)'"


def refuse(name: str, value: str, allowed: str) -> SettingError:
    return SettingError(f"{name} is {value!r}, but must be {allowed}.")


def env_file(path: Path) -> None:
    """Take ``path`` (a ``.env``) as the second place to look; a missing file is no error."""
    _file_values.clear()
    if path.is_file():
        _file_values.update({k: v for k, v in dotenv_values(path).items() if v is not None})


def _raw(name: str) -> str:
    value = os.environ.get(name) or _file_values.get(name, "")
    return value.strip()


def env_text(name: str, default: str = "") -> str:
    return _raw(name) or default


def env_list(name: str, default: Sequence[str]) -> list[str]:
    """Parts between commas, without spaces and empty ones; commas alone are refused."""
    value = _raw(name)
    parts = [part.strip() for part in value.split(",")]
    named = [part for part in parts if part]
    if value and not named:
        raise refuse(name, value, f"one name or several with commas between, such as {','.join(default)}")
    return named or list(default)


def env_bool(name: str, default: bool) -> bool:
    value = _raw(name).lower()
    if not value:
        return default
    if value in YES:
        return True
    if value in NO:
        return False
    raise refuse(name, _raw(name), f"one of {', '.join(YES)} or one of {', '.join(NO)}")


def env_int(name: str, default: int, *, low: int, high: int) -> int:
    value = _raw(name)
    if not value:
        return default
    allowed = f"a whole number from {low} to {high}"
    try:
        number = int(value)
    except ValueError:
        raise refuse(name, value, allowed) from None
    if not low <= number <= high:
        raise refuse(name, value, allowed)
    return number


def env_float(name: str, default: float, *, low: float, high: float) -> float:
    value = _raw(name)
    if not value:
        return default
    allowed = f"a number from {low:g} to {high:g}"
    try:
        number = float(value)
    except ValueError:
        raise refuse(name, value, allowed) from None
    # "not (a <= x <= b)" refuses NaN as well.
    if not low <= number <= high:
        raise refuse(name, value, allowed)
    return number


def env_choice(name: str, default: str, choices: Sequence[str]) -> str:
    """One of ``choices``, which may be written in capitals or not."""
    value = _raw(name) or default
    found = {choice.lower(): choice for choice in choices}.get(value.lower())
    if found is None:
        raise refuse(name, value, f"one of {', '.join(choices)}")
    return found


def env_email(name: str) -> str:
    """One address to which mail can be sent, or nothing."""
    value = _raw(name)
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise refuse(name, value, "one mail address such as owner@example.com") from None
    return value


def env_url(name: str, default: str, schemes: Sequence[str], *, hostless: Sequence[str] = ()) -> str:
    """An address with a scheme of ``schemes`` and a host, which those of ``hostless`` may lack.

    The refusal never repeats its user part.
    """
    value = _raw(name) or default
    if not value:
        return ""
    allowed = (
        f"an address such as {schemes[0]}://host, with {' or '.join(f'{s}://' for s in schemes)} in front"
    )
    try:
        parts = urlsplit(value)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        raise refuse(name, without_password(value), allowed) from None
    has_host = bool(parts.hostname) or (parts.scheme in hostless and "://" in value)
    if parts.scheme not in schemes or not has_host or not port_is_sound:
        raise refuse(name, without_password(value), allowed)
    return value


def folder_ensure(name: str, folder: Path) -> Path:
    """``folder``, which ``name`` asks for, resolved and made. Refused unless files can be made in it."""
    try:
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError) as exc:  # RuntimeError: links that lead in a circle, before Python 3.13
        reason = getattr(exc, "strerror", None) or exc.__class__.__name__
        raise refuse(name, str(folder), f"a folder that can be made and written to ({reason})") from None
    return folder


def env_secret(name: str, default: str = "", *, shortest: int = 0) -> Secret:
    """``NAME``, or the content of the file that ``NAME_FILE`` names; both at once is refused.

    A value of fewer than ``shortest`` characters is refused without being repeated.
    """
    value, path = _raw(name), _raw(f"{name}_FILE")
    if value and path:
        raise SettingError(f"{name} and {name}_FILE are both set; set only one of them.")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise refuse(f"{name}_FILE", path, f"a readable text file ({exc.__class__.__name__})") from None
        if not value:
            raise refuse(f"{name}_FILE", path, "a file that is not empty")
    if value and len(value) < shortest:
        raise SettingError(f"{name} has {len(value)} characters, but must have {shortest} or more.")
    return Secret(value or default)


def without_password(url: str) -> str:
    """``url`` as it may be shown: the part between ``//`` and ``@`` is left out, and so is the query."""
    before, at, after = url.rpartition("@")
    scheme = before.partition("//")[0] + "//" if at and "//" in before else ""
    return (f"{scheme}***@{after}" if at else url).partition("?")[0]
