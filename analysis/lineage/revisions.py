"""Who is a member, with which constants; and what is read beside the score."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.lineage.described import (
    BESIDE,
    EVERY,
    Origins,
    entry_of,
    ids_of,
    known_of,
    received_of,
    span_of,
    vendor_words,
    vendors,
)
from analysis.selectors import parameter_revision, parameters_from
from sectors.pages.explanation import weight_input
from sectors.selectors import classification_versions, weights_named
from sectors.types import LineageInput
from universe.selectors import fact_origin, universe_current
from universe.sessions import hours


def membership(origins: Origins) -> Iterator[LineageInput]:
    snapshot = universe_current(origins.frame.session)
    if snapshot is not None:
        yield entry_of(
            "universe",
            "Universe: who is a member",
            parts=EVERY,
            source="stored before this run",
            as_of=span_of([hours(snapshot.built_from).close]),
            received_at=span_of([snapshot.built_at]),
            known=len(origins.symbols),
            rule=f"universe of {snapshot.session:%Y-%m-%d}, fixed for the day",
        )
    classes = classification_versions(origins.symbols)
    moments = [moment for _, *span in classes.values() for moment in span]
    yield entry_of(
        "classification",
        "Sectors of the members",
        parts=EVERY,
        source="vendors’ labels, SIC codes and descriptions",
        received_at=span_of(moments),
        known=sum(count for count, *_ in classes.values()),
        wanted=len(origins.symbols),
        rule=", ".join(f"classification rules {version}" for version in classes),
    )


def weights(origins: Origins) -> Iterator[LineageInput]:
    wanted = [one.weight_revision_id for one in origins.frame.sectors if one.weight_revision_id is not None]
    yield from map(weight_input, weights_named(wanted))


def parameters(origins: Origins) -> Iterator[LineageInput]:
    revision = parameter_revision()
    if revision is None:
        rule, source = "the product’s defaults, docs/numbers.md", "the product"
    else:
        rule = f"parameters revision {revision.pk}"
        source = revision.author.get_username() if revision.author else "the product"
        if parameters_from(revision.values) != origins.frame.parameters:
            rule = "the revision before " + rule
    yield entry_of(
        "parameters",
        "Weights and scales of the frames, slopes of the factors",
        parts=(*EVERY, "overnight", "volatility"),
        source=source,
        as_of=span_of([revision.created_at] if revision else []),
        rule=rule,
        note=revision.reason if revision else "",
    )


def facts(origins: Origins) -> Iterator[LineageInput]:
    members, origin = origins.frame.members, fact_origin(origins.symbols)
    calls = [*origins.calls.get("floats", ()), *origins.calls.get("facts", ())]
    yield entry_of(
        "facts",
        "Floats and shares",
        parts=BESIDE,
        source=vendors([origin]),
        calls=ids_of(calls),
        received_at=span_of([moment for moment in (origin.oldest, origin.newest) if moment]),
        **known_of(members.float_shares),
        rule="for membership and the shortability of a stock; stored before this run",
    )
    calls = list(origins.calls.get("short_interest", ()))
    yield entry_of(
        "short_interest",
        "Short interest",
        parts=BESIDE,
        source=vendor_words(calls),
        calls=ids_of(calls),
        received_at=received_of(calls),
        **known_of(members.short_interest),
        rule="the newest settlement that was public; stored before this run",
    )


def events(origins: Origins) -> Iterator[LineageInput]:
    for name, words, rule in (
        ("releases", "Economic releases", "a release that is near lowers the confidence"),
        ("confirmation", "Large moves at a second source", "an unconfirmed rank is labelled"),
    ):
        calls = origins.calls.get(name, ())
        if calls or name == "releases":
            yield entry_of(
                name,
                words,
                parts=BESIDE,
                source=vendor_words(calls),
                calls=ids_of(calls),
                received_at=received_of(calls),
                rule=rule,
                note=origins.frame.release if name == "releases" else "",
            )
