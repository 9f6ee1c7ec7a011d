"""How the API reads bodies. Set as REST framework's parser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class PlainJSONParser(JSONParser):
    """JSON; what is nested deeper than Python reads is the caller's fault, as any other broken body."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            # Without its cause: a thousand frames say nothing more.
            raise ParseError("JSON parse error - the body is nested too deeply.") from None
