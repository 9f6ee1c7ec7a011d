"""What a dialect is, and how a question finds its tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from universe.errors import NotOffered

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Answer:
    """One tool's answer: its text blocks, and the same as JSON where the server sends that too."""

    texts: tuple[str, ...]
    structured: Any = None
    is_error: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


#: Asks one tool; raises the `SourceError` that its answer stands for.
Caller = Callable[[str, Mapping[str, Any]], Answer]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as the server tells it: argument name to JSON schema, and which are needed."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()

    def choices(self, argument: str) -> frozenset[str]:
        """The closed list of an argument; empty where it is open."""
        return frozenset(_kinds(self.arguments.get(argument, {}), "enum"))


Tools = Mapping[str, Tool]


class Dialect(Protocol):
    """A server whose tools are known. ``lacking`` names the paths that it cannot be asked."""

    name: str
    lacking: tuple[str, ...]

    def payload(self, path: str, query: Query, call: Caller) -> Any:
        """The vendor's REST JSON for ``path``, without what the server takes away."""


#: Gives the dialect of a list of tools, or None where it is another's.
Recognise = Callable[[Tools], Dialect | None]


def _kinds(schema: Any, word: str) -> set[str]:
    """What a JSON schema says under ``word`` ("type", "enum"), in any of its alternatives."""
    if not isinstance(schema, Mapping):
        return set()
    value = schema.get(word, ())
    found = {value} if isinstance(value, str) else {one for one in value if isinstance(one, str)}
    for alternative in schema.get("anyOf", ()):
        found |= _kinds(alternative, word)
    return found


def fitted(value: str | int, schema: Any) -> Any:
    """``value`` in the type that the tool's schema asks for; queries know text and whole numbers only."""
    kinds = _kinds(schema, "type")
    text = str(value)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"} and text.lstrip("-").isdigit():
        return int(text)
    return text if "string" in kinds or not kinds else value


@dataclass(frozen=True, slots=True)
class Route:
    """How one path is asked: the tool, its argument for each query word, and words fixed for the path.

    The server must have the arguments of ``words``; those of ``also`` only when a query has such a word. A
    word without an argument cannot be told, and the question is not asked; ``silent`` are words whose given
    value says no more than their absence.
    """

    tool: str
    words: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    limit_max: int | None = None

    def missing(self, tools: Tools) -> str | None:
        """What the server lacks for this route; None when it lacks nothing."""
        tool = tools.get(self.tool)
        if tool is None:
            return f"it has no tool {self.tool}"
        wanted = {name for name in self.words.values() if not name.startswith("params.")} | self.fixed.keys()
        lost = sorted(wanted - tool.arguments.keys())
        unmet = sorted(tool.needed - wanted)
        for name, value in self.fixed.items():
            closed = tool.choices(name)
            if closed and value not in closed:
                return f"its tool {self.tool} does not take {name}={value}"
        if lost:
            return f"its tool {self.tool} has no argument {', '.join(lost)}"
        return f"its tool {self.tool} wants {', '.join(unmet)} besides" if unmet else None

    def arguments(self, query: Query, tool: Tool) -> dict[str, Any]:
        """Raises `NotOffered` for a query word that cannot be told."""
        told: dict[str, Any] = dict(self.fixed)
        for word, value in query.items():
            argument = self.words.get(word) or self.also.get(word)
            if argument is None or (word in self.also and argument not in tool.arguments):
                if self.silent.get(word) == str(value):
                    continue
                raise NotOffered(f"its tool {tool.name} cannot be told {word}={value}")
            if word == "limit" and self.limit_max is not None:
                value = min(int(value), self.limit_max)
            if argument.startswith("params."):
                told.setdefault("params", {})[argument.removeprefix("params.")] = value
            else:
                told[argument] = fitted(value, tool.arguments.get(argument, {}))
        return told


def lacking(routes: Mapping[str, Sequence[Route]], tools: Tools) -> tuple[str, ...]:
    """The paths for which no route can be taken, with the reason of the first."""
    return tuple(
        f"{path}: {choices[0].missing(tools) if choices else 'no tool is known for it'}"
        for path, choices in routes.items()
        if all(route.missing(tools) for route in choices)
    )
