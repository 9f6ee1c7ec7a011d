"""What one SQL statement reads and writes, by its words alone. Pure.

Both answers err to the safe side: a statement that is not understood writes what it names and is not to be
kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from universe.statement_shape import functions_harmless, is_plain, spaced

#: Written: every table there is.
ALL = "*"
#: Longer statements are made by the row, and never come again.
REMEMBERED_CHARACTERS = 20_000

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_VERB = re.compile(r"[\s(]*([A-Za-z]+)")
#: One table, named first: no other can be written by such a statement.
_PLAIN = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|COPY)\s+"
    r'(?:"?public"?\s*\.\s*)?(?!only\s*[("])(?:"(\w+)"|(\w+)\b)(?!\s*\.)',
    re.IGNORECASE,
)
_COPY_OUT = re.compile(r"\)?\s+TO\s+(STDOUT|PROGRAM|')", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_SECOND = re.compile(r";\s*\S")
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|truncate|drop_chunks|\w*compress_chunk)\b", re.IGNORECASE
)
_LOCKS = re.compile(r"\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b", re.IGNORECASE)
#: Writes nothing of its own.
_IDLE = {
    *("show", "set", "reset", "savepoint", "release", "rollback", "begin", "start", "lock"),
    *("fetch", "move", "declare", "close", "listen", "unlisten", "notify", "analyze", "vacuum"),
    *("values", "table", "discard", "deallocate", "prepare", "checkpoint"),
}
#: May change anything: code of the server, what was prepared earlier, a transaction begun by a statement.
_EVERYTHING = {"do", "call", "execute", "commit", "end"}
#: Answers differ from one moment, caller or server to the next, or are nobody else's business.
_FLEETING = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|current_timestamp"
    r"|current_date|current_time|localtime|localtimestamp|random|gen_random_uuid|nextval|currval|lastval"
    r"|current_setting|set_config|current_user|session_user|current_role|current_catalog|current_schema|tablesample|password|pg_\w+|txid_\w+)\b|'(?:now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r'(?<!distinct )\b(?:from|join)\s+(?:only\s+|lateral\s+)*("?public"?\.)?(?:"([^"]+)"|(\w+))(\s*\(|\.)?',
    re.IGNORECASE,
)
_WITH_NAME = re.compile(
    r'"?(\w+)"?\s*(?:\([^()]*\)\s*)?\bas\s+(?:not\s+)?(?:materialized\s+)?\(', re.IGNORECASE
)
#: Before a bracket: a subquery, which names its own tables, or a function that reads none.
_NO_TABLE = {
    "lateral",
    "unnest",
    "generate_series",
    "jsonb_array_elements",
    "jsonb_each",
    "jsonb_object_keys",
}
_EXTRACT = re.compile(r"\b(?:extract|trim|substring)\s*\([^()]*?\bfrom\b", re.IGNORECASE)


def tables_written(sql: str, known: frozenset[str]) -> frozenset[str]:
    """The tables of ``known`` that the statement may change; `ALL` for what may change any of them."""
    return _written(sql, known) if len(sql) <= REMEMBERED_CHARACTERS else _written.__wrapped__(sql, known)


@lru_cache(maxsize=1024)
def _written(sql: str, known: frozenset[str]) -> frozenset[str]:
    text = _COMMENT.sub(" ", sql).lstrip() if sql.lstrip()[:2] in ("/*", "--") else sql
    verb, named = _verb(text), _named(sql, known)
    if verb in ("insert", "update", "delete", "copy", "merge") and not _SECOND.search(text):
        if verb == "copy" and _COPY_OUT.search(_LITERAL.sub("''", text)):
            # What is copied out may be what a write gives back.
            return (named or frozenset({ALL})) if _WRITES.search(text) else frozenset()
        if found := _PLAIN.match(text):
            return known & {found[1] or found[2].lower()}
        return named or frozenset({ALL})
    if verb in ("select", "with"):
        # The name of a table may be among the values.
        if _WRITES.search(sql) or _SECOND.search(sql):
            return named or frozenset({ALL})
        return frozenset({ALL}) if not functions_harmless(sql) else frozenset()
    if verb == "explain":
        return frozenset({ALL}) if "analy" in sql.lower() and _WRITES.search(sql) else frozenset()
    if verb in _IDLE and not _SECOND.search(sql):
        return frozenset()
    if verb in _EVERYTHING or (verb in ("truncate", "drop") and "cascade" in sql.lower()):
        return frozenset({ALL})
    return named


def tables_read(sql: str, known: frozenset[str]) -> frozenset[str] | None:
    """The tables that decide the answer; None: the answer is not to be kept.

    That is so for what writes or locks, what the clock or chance decides, what reads a table or view that is
    not ``known``, and what asks for a password.
    """
    return _read(sql, known) if len(sql) <= REMEMBERED_CHARACTERS else _read.__wrapped__(sql, known)


@lru_cache(maxsize=1024)
def _read(sql: str, known: frozenset[str]) -> frozenset[str] | None:
    if _verb(sql) not in ("select", "with"):
        return None
    if any(pattern.search(sql) for pattern in (_WRITES, _LOCKS, _FLEETING, _SECOND)):
        return None
    if not is_plain(sql):
        return None
    named = _named(sql, known)
    text = spaced(sql)
    local = {name.lower() for name in _WITH_NAME.findall(text)}
    for schema, quoted, plain, behind in _SOURCE.findall(_EXTRACT.sub("", text)):
        name = quoted or plain
        if behind.strip() == "(" and not quoted:
            if name.lower() not in _NO_TABLE:
                return None
        elif behind == "." or (name not in known and (schema or name.lower() not in {*local, "select"})):
            return None
    return named or None


def _verb(sql: str) -> str:
    found = _VERB.match(sql)
    return found[1].lower() if found else ""


def _named(sql: str, known: frozenset[str]) -> frozenset[str]:
    words = set(_WORD.findall(sql))
    return known & (words | {word.lower() for word in words})
