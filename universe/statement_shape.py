"""The shape of a SELECT, token by token: what it calls, and whether its sources stand where they can be told.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_PLACEHOLDER = re.compile(r"%\(\w+\)[sbt]|%[sbt]")
_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|--[^\n]*)|\"(?:[^\"]|\"\")*\"
    |(?P<literal>e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|\w+|\S""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
#: Stand before a bracket and call nothing.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    all and any array as between by case char cube decimal distinct else end except exists filter from group
    having in intersect interval is join lateral like ilike limit materialized not numeric offset on only or
    over partition recursive rollup row select set sets similar some then time timestamp timestamptz to union
    using values varchar when where with within bit float
    """,
    )
)
#: Their answer is decided by their values alone.
_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
    abs array_agg array_length array_position array_remove array_to_string avg bool_and bool_or btrim
    cardinality cast ceil ceiling coalesce concat concat_ws corr count date_bin date_part date_trunc
    dense_rank div every exp extract first first_value floor generate_series greatest json_agg jsonb_agg
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object
    jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_agg jsonb_object_keys
    jsonb_typeof lag last last_value lead least left length ln log lower lpad ltrim make_date make_interval
    max md5 min mod mode nth_value ntile nullif percent_rank percentile_cont percentile_disc position power
    rank regexp_replace replace reverse right round row_number rpad rtrim sign split_part sqrt starts_with
    stddev stddev_pop stddev_samp string_agg strpos substr substring sum time_bucket timezone to_char to_date
    to_json to_jsonb to_timestamp trim trunc unnest upper var_pop var_samp variance width_bucket
    similarity word_similarity strict_word_similarity
    """,
    )
)
#: May answer anew each time, but write nothing that is kept.
_HARMLESS = re.compile(
    r"\.?pg_\w+|txid_\w+|\w*_timestamp|\w*_size|has_\w+|to_\w+|jsonb?_\w+|array_\w+|regexp_\w+|uuidv?\d*"
    r"|now|timeofday|random|gen_random_uuid|nextval|currval|lastval|setval|current_setting|set_config|version"
    r"|age|format|format_type|obj_description|col_description|show_\w+|\w+_policy|create_hypertable"
    r"|set_chunk_time_interval|inet_\w+|hashtext\w*|quote_\w+|current_\w+|encode|decode|sha\d+|time_bucket_\w+"
)
#: The word for who asks, and that it is no column.
_USER = ("user", False)
_CLAUSE_ENDS = frozenset(
    (
        "where",
        "group",
        "order",
        "having",
        "limit",
        "offset",
        "union",
        "except",
        "intersect",
        "window",
        "fetch",
        "for",
    )
)


def is_plain(sql: str) -> bool:
    """Whether it calls only what is decided by its values, and names its tables behind FROM and JOIN alone:
    none behind a comma, TABLE or a bracket."""
    tokens = _tokens(sql)
    return all(name in _FUNCTIONS for name in _called(tokens)) and _has_plain_sources(tokens)


def functions_harmless(sql: str) -> bool:
    """Whether nothing is called that is not known to write no table."""
    return all(name in _FUNCTIONS or _HARMLESS.fullmatch(name) for name in _called(_tokens(sql)))


def spaced(sql: str) -> str:
    """The statement with one space between its tokens and none around a dot, in lower case but for what is in
    double quotes, without comments and without what its literals say."""
    return " ".join(_tokens(sql)).replace(" . ", ".")


def _tokens(sql: str) -> list[str]:
    found = (match for match in _TOKEN.finditer(_PLACEHOLDER.sub(" 1 ", sql)) if not match["comment"])
    return [
        "''" if match["literal"] else match[0] if match[0][0] == '"' else match[0].lower() for match in found
    ]


def _called(tokens: Sequence[str]) -> Iterator[str]:
    """The functions, in lower case; one in quotes keeps them, one of a schema its dot."""
    with_names = _with_names(tokens)
    for at in range(1, len(tokens)):
        name = tokens[at - 1]
        if tokens[at] != "(" or not (name[0] == '"' or name[0].isalpha() or name[0] == "_") or name in _WORDS:
            continue
        before = tokens[at - 2] if at > 1 else ""
        # The name that a source is given, with its columns.
        if before in ("as", ")") or name.strip('"') in with_names:
            continue
        yield f".{name}" if before == "." else name


def _with_names(tokens: Sequence[str]) -> frozenset[str]:
    """What WITH names with a list of columns: `name (a, b) AS (`."""
    found = set()
    for at, token in enumerate(tokens[:-1]):
        if token == "(" and at > 1 and tokens[at - 2] in ("with", ",", "recursive"):
            end = tokens.index(")", at) if ")" in tokens[at:] else at
            if tokens[end + 1 : end + 2] == ["as"]:
                found.add(tokens[at - 1].strip('"'))
    return frozenset(found)


def _has_plain_sources(tokens: Sequence[str]) -> bool:
    clauses = [""]
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else ""
        if token == "(":
            is_source = clauses[-1] == "from" and before in ("from", "join", "lateral", "only", "(")
            follows = tokens[at + 1] if at + 1 < len(tokens) else ""
            if is_source and follows not in ("select", "values", "with", "("):
                return False
            clauses.append("from" if is_source and follows == "(" else "")
        elif token == ")":
            if len(clauses) > 1:
                clauses.pop()
        elif token == "table" or (token == "," and clauses[-1] == "from") or (token, before == ".") == _USER:
            return False
        elif token == "select":
            clauses[-1] = "select"
        elif token == "from" and clauses[-1] and before != "distinct":
            clauses[-1] = "from"
        elif token in _CLAUSE_ENDS and clauses[-1]:
            clauses[-1] = "end"
    return True
