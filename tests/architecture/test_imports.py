"""Imports go one way, pure modules stay pure, and apps meet only at their public modules."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import APPS, Source, imported, sources

#: What another app may import of an app. Beyond the usual: the doors of `universe` to Redis with what is
#: kept and counted there, the vendors and recorded days, its criteria and what changes by them, its admin
#: class for rows to look at, and how
#: `sectors` writes figures, lights and words, so that every page writes them alike.
PUBLIC = {"types", "errors", "selectors", "services", "keys", "clock", "sessions", "models"}
PUBLIC_OF = {
    "universe": PUBLIC
    | {
        *(
            "redis",
            "postgresql",
            "sources",
            "benchmarks",
            "look_only",
            "notices",
            "criteria",
            "recording",
            "series",
            "changes",
            "gaps",
            "generations",
            "hit_rates",
            "page_reads",
            "statements",
        ),
    },
    "sectors": PUBLIC
    | {
        "classification",
        "broadcast",
        "outages",
        "presenters",
        "lights",
        "figures",
        "places",
        "live",
        "pages",
    },
    "analysis": PUBLIC,
}
PURE = re.compile(
    r"analysis\.(catalysts|engine|evaluation)(\.|$)|sectors\.classification(\.|$)"
    r"|universe\.(changes|criteria|gaps|gates|integrity|sessions|notices|benchmarks|recording|series)$"
    r"|universe\.statement(s|_shape)$"
    r"|sectors\.(lights|figures|places)$|universe\.simulator\.(world|replay\.(folder|intraday|listings))(\.|$)"
    r"|[a-z]+\.(types|errors)$"
)
IMPURE = {
    *("django", "celery", "channels", "rest_framework", "redis", "psycopg", "httpx", "requests", "urllib"),
    *("socket", "websockets", "starlette", "uvicorn", "asyncio", "subprocess", "os", "environ"),
}
CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "timezone.now"}
DOORS = ("views", "consumers", "tasks", "admin", "management", "api")


def _apps_above(app: str) -> tuple[str, ...]:
    return APPS[: APPS.index(app)]


def wrong_directions(source: Source) -> list[str]:
    above = _apps_above(source.app)
    return [
        f"{source.path}:{line} imports {name}"
        for line, name in imported(source)
        if name.split(".")[0] in above or name.split(".")[0] == "tests"
    ]


def test_the_walk_sees_the_whole_product() -> None:
    seen = {source.module for source in sources()}
    assert {"sectorlight.settings.base", "universe.types", "sectors.models", "analysis.types"} <= seen


def test_the_rule_catches_an_import_upwards_inside_a_function() -> None:
    text = "def f():\n    from analysis.types import Timeframe\n    import sectorlight.urls as u\n"
    source = Source("sectors.trial", sources()[0].path, text, ast.parse(text))
    assert len(wrong_directions(source)) == 2


def test_imports_go_from_sectorlight_down_to_universe_and_never_back() -> None:
    assert [wrong for source in sources() for wrong in wrong_directions(source)] == []


def test_no_import_is_relative() -> None:
    relative = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_other_apps_import_only_public_modules() -> None:
    wrong = []
    for source in sources():
        # The composition root wires everything.
        if source.app == "sectorlight":
            continue
        for line, name in imported(source):
            app, _, rest = name.partition(".")
            if app in PUBLIC_OF and app != source.app and rest.split(".")[0] not in PUBLIC_OF[app]:
                wrong.append(f"{source.path}:{line} imports {name}")
    assert wrong == []


def test_a_pure_module_imports_nothing_that_touches_the_world() -> None:
    wrong = []
    pure = [source for source in sources() if PURE.match(source.module)]
    assert len(pure) >= 10
    for source in pure:
        for line, name in imported(source):
            head = name.split(".")[0]
            is_ours_and_impure = head in APPS and not any(PURE.match(part) for part in _prefixes(name))
            if head in IMPURE or is_ours_and_impure:
                wrong.append(f"{source.path}:{line} imports {name}")
    assert wrong == []


def test_a_pure_module_reads_no_clock() -> None:
    wrong = [
        f"{source.path}:{node.lineno} calls {node.func.value.id}.{node.func.attr}"
        for source in sources()
        if PURE.match(source.module)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and f"{node.func.value.id}.{node.func.attr}" in CLOCKS
    ]
    assert wrong == []


@pytest.mark.parametrize("door", DOORS)
def test_doors_do_not_import_one_another(door: str) -> None:
    wrong = []
    for source in sources():
        parts = source.module.split(".")
        if source.app == "sectorlight" or len(parts) < 2 or parts[1] != door:
            continue
        for line, name in imported(source):
            target = name.split(".")
            if target[0] in APPS and len(target) > 1 and target[1] in DOORS and target[1] != door:
                wrong.append(f"{source.path}:{line} imports {name}")
    assert wrong == []


def test_vendors_do_not_import_each_other() -> None:
    wrong = [
        f"{source.path}:{line} imports {name}"
        for vendor, other in (("polygon", "fmp"), ("fmp", "polygon"))
        for source in sources()
        if source.module.startswith(f"universe.sources.{vendor}")
        for line, name in imported(source)
        if name.startswith(f"universe.sources.{other}")
    ]
    assert wrong == []


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
