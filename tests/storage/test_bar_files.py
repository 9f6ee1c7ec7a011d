"""Daily bars into files and back: both formats, the gates, and files that cannot be read."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from universe import clock
from universe.errors import BarFileError
from universe.models import BarCorrection, DailyBar, RefusedRow
from universe.services import ImportReport, bars_export, bars_import, bars_store
from universe.types import Bar

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = dt.date(2026, 3, 27), dt.date(2026, 3, 30)
NOW = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
CAME = dt.datetime(2026, 3, 30, 20, 5, 0, 123456, tzinfo=dt.UTC)
BAR = Bar("ANNE", MONDAY, 0.1 + 0.2, 11.0, 0.25, 10.5, 1000.5, "polygon", CAME)
HEAD = "session,symbol,open,high,low,close,volume,source,fetched_at"
LINE = "2026-03-30,ANNE,10,11,9,10.5,1000,file,2026-03-30T20:05:00Z"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.override(NOW):
        yield


def csv(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "bars.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def rows() -> list[dict[str, Any]]:
    return list(DailyBar.objects.order_by("session", "symbol").values())


def told(name: str, *arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(name, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
class TestThereAndBack:
    def test_what_is_exported_and_imported_again_is_the_same_rows(self, tmp_path: Path, ending: str) -> None:
        blank = replace(BAR, symbol="BRK.B", open=None, high=None, low=None, volume=None)
        bars_store([BAR, blank, replace(BAR, session=FRIDAY, close=1 / 3), replace(BAR, symbol="BACpL")])
        before = rows()
        assert bars_export(tmp_path / f"bars.{ending}") == 4
        DailyBar.objects.all().delete()
        report = bars_import(tmp_path / f"bars.{ending}")
        assert (report.stored.new, report.unread, rows()) == (4, (), before)

    def test_importing_twice_changes_nothing(self, tmp_path: Path, ending: str) -> None:
        bars_store([BAR, replace(BAR, symbol="BEA")])
        bars_export(tmp_path / f"bars.{ending}")
        before = rows()
        report = bars_import(tmp_path / f"bars.{ending}")
        assert (report.stored.new, report.stored.equal, report.stored.corrected) == (0, 2, 0)
        assert (rows(), BarCorrection.objects.exists()) == (before, False)

    def test_a_corrected_bar_is_exported_as_it_was_corrected(self, tmp_path: Path, ending: str) -> None:
        bars_store([BAR])
        bars_store([replace(BAR, close=10.75, source="fmp", volume=None)])
        bars_export(tmp_path / f"bars.{ending}")
        DailyBar.objects.all().delete()
        BarCorrection.objects.all().delete()
        bars_import(tmp_path / f"bars.{ending}")
        found = DailyBar.objects.get()
        assert (found.close, found.source, found.volume) == (10.75, "fmp", None)

    def test_sessions_and_symbols_are_chosen(self, tmp_path: Path, ending: str) -> None:
        bars_store([replace(BAR, symbol=symbol, session=day) for symbol in "ABC" for day in (FRIDAY, MONDAY)])
        path = tmp_path / f"bars.{ending}"
        words, _ = told("export_bars", path, "--from", MONDAY, "--to", MONDAY, "--symbols", "A,C")
        assert words == f"2 bars written to {path}\n"
        DailyBar.objects.all().delete()
        bars_import(path)
        assert [(row["session"], row["symbol"]) for row in rows()] == [(MONDAY, "A"), (MONDAY, "C")]

    def test_an_empty_table_is_a_file_with_a_head(self, tmp_path: Path, ending: str) -> None:
        assert bars_export(tmp_path / f"bars.{ending}") == 0
        assert bars_import(tmp_path / f"bars.{ending}").stored.new == 0


def test_the_columns_of_a_parquet_file_are_typed(tmp_path: Path) -> None:
    bars_store([BAR])
    bars_export(tmp_path / "bars.parquet")
    types = {column.name: str(column.type) for column in pq.read_schema(tmp_path / "bars.parquet")}
    assert types == {
        "session": "date32[day]",
        "symbol": "string",
        **dict.fromkeys(("open", "high", "low", "close", "volume"), "double"),
        "source": "string",
        "fetched_at": "timestamp[us, tz=UTC]",
    }


def test_an_export_to_the_standard_output_is_csv(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    bars_store([BAR])
    call_command("export_bars", "-")
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert (len(lines), lines[0].replace('"', "")) == (2, HEAD)


def test_an_export_ends_quietly_when_its_reader_has_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    bars_store([BAR])
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as output:
        monkeypatch.setattr(sys, "stdout", output)
        err = io.StringIO()
        call_command("export_bars", "-", stderr=err)
        assert err.getvalue() == ""


def test_an_export_to_a_full_disk_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bars_store([BAR])
    with open("/dev/full", "w") as output:
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(CommandError, match="the standard output cannot be written: No space left"):
            call_command("export_bars", "-")


@pytest.mark.parametrize("lines", [(LINE, LINE.replace("10.5", "ten")), ()])
def test_an_import_reads_csv_from_the_standard_input(
    monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...]
) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as typed:
        typed.write("\n".join([HEAD, *lines]))
    with os.fdopen(reader) as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        out, err = told("import_bars", "-")
    assert out.startswith(f"-: {len(lines[:1])} new, 0 equal, 0 corrected")
    assert err.startswith("the standard input line 3, column close" if lines else "")


def test_differing_bars_become_corrections_and_the_counts_say_so(tmp_path: Path) -> None:
    bars_store([BAR, replace(BAR, symbol="BEA")])
    bars_export(tmp_path / "bars.csv")
    text = (tmp_path / "bars.csv").read_text().replace("10.5", "10.75", 1)
    path = csv(tmp_path, *text.splitlines()[1:], LINE.replace("ANNE", "CAL"))
    assert told("import_bars", path)[0] == f"{path}: 1 new, 1 equal, 1 corrected\n"
    assert (BarCorrection.objects.get().close, DailyBar.objects.get(symbol="ANNE").close) == (10.75, 10.5)


def test_impossible_bars_are_refused_by_reason_and_kept_apart(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        LINE,
        LINE.replace("ANNE", "BEA").replace("10.5", "12"),
        LINE.replace("ANNE", "CAL").replace("1000", "-1"),
        LINE.replace("ANNE", "DOT").replace("10.5", "nan"),
        LINE.replace("ANNE", "EVE").replace("2026-03-30,", "2026-03-29,"),
        LINE.replace("ANNE", "FAY").replace("2026-03-30,", "2026-04-01,"),
    )
    out, _ = told("import_bars", path)
    assert "1 new, 0 equal, 0 corrected" in out
    assert set(RefusedRow.objects.values_list("symbol", "reason", "source")) == {
        ("BEA", "outside_its_range", "file"),
        ("CAL", "negative_volume", "file"),
        ("DOT", "impossible_price", "file"),
        ("EVE", "no_session", "file"),
        ("FAY", "from_the_future", "file"),
    }
    assert "1 outside_its_range" in out


def test_a_bar_told_twice_is_found_however_far_apart_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("universe.bar_table.BLOCK_BYTES", 4096)
    between = [LINE.replace("ANNE", f"S{number}") for number in range(500)]
    again = [LINE.replace("10.5", "10.6"), LINE.replace("ANNE", "S7")]
    report = bars_import(csv(tmp_path, LINE, *between, *again))
    assert (report.stored.new, report.stored.repeated) == (500, 1)
    assert [(row.symbol, row.reason) for row in RefusedRow.objects.all()] == [("ANNE", "told_twice")]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (("10.5", "ten"), "column close: it is 'ten'; it must be a number"),
        (("10.5", ""), "column close: it is empty; it must be a number"),
        (("2026-03-30,", "30.3.2026,"), "column session: it is '30.3.2026'; it must be a date"),
        (("ANNE", "=SUM(A1)"), "column symbol: it is '=SUM(A1)'; it must be 1 to 16 letters"),
        (("ANNE", "A" * 17), "column symbol"),
        (("file", "=cmd"), "column source: it is '=cmd'"),
        (("file", "f" * 21), "column source"),
        (
            ("20:05:00Z", "20:05:00"),
            "column fetched_at: it is '2026-03-30T20:05:00'; it must be a time with its zone",
        ),
        ((",1000,", ",many,"), "column volume: it is 'many'"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_its_row_and_is_named(
    tmp_path: Path, broken: tuple[str, str], words: str
) -> None:
    path = csv(tmp_path, LINE.replace("ANNE", "BEA"), LINE.replace(*broken), LINE.replace("ANNE", "CAL"))
    report = bars_import(path)
    assert [row["symbol"] for row in rows()] == ["BEA", "CAL"]
    assert report.unread_count == 1
    assert report.unread[0].startswith(f"{path} line 3, ")
    assert words in report.unread[0]


def test_what_cannot_be_read_is_kept_apart_where_it_is_known_what_it_is(tmp_path: Path) -> None:
    bars_import(csv(tmp_path, LINE.replace("10.5", "ten"), LINE.replace("ANNE", "=1").replace("10.5", "x")))
    kept = RefusedRow.objects.get()
    assert (kept.symbol, kept.session, kept.reason, kept.field, kept.value) == (
        "ANNE",
        MONDAY,
        "unreadable",
        "close",
        "ten",
    )


def test_the_lines_after_a_ragged_or_an_empty_one_are_still_named_right(tmp_path: Path) -> None:
    lines = [LINE, LINE + ",extra", "", LINE.replace("ANNE", "BEA"), LINE.replace("10.5", "ten")]
    report = bars_import(csv(tmp_path, *lines))
    assert (report.stored.new, named(report)) == (2, ["line 3", "line 6, column close"])


def test_a_cell_with_a_character_that_no_table_holds_costs_its_row(tmp_path: Path) -> None:
    report = bars_import(
        csv(
            tmp_path, LINE.replace("10.5", "1\0"), LINE.replace("file", "fi\0le"), LINE.replace("ANNE", "BEA")
        )
    )
    assert (report.unread_count, [row["symbol"] for row in rows()]) == (2, ["BEA"])
    assert set(RefusedRow.objects.values_list("field", "value")) == {
        ("close", "1\\x00"),
        ("source", "fi\\x00le"),
    }


def test_a_bar_of_a_file_came_neither_later_than_now_nor_before_vendors_were(tmp_path: Path) -> None:
    now = timezone.now()
    came = [
        now + dt.timedelta(minutes=5),
        now + dt.timedelta(seconds=30),
        dt.datetime(1990, 1, 1, tzinfo=dt.UTC),
    ]
    came.append(came[-1] - dt.timedelta(seconds=1))
    moments = [moment.isoformat().replace("+00:00", "Z") for moment in came]
    lines = [LINE.replace("2026-03-30T20:05:00Z", moment) for moment in moments]
    path = csv(tmp_path, *(line.replace("ANNE", f"S{number}") for number, line in enumerate(lines)))
    out, err = told("import_bars", path)
    assert [row["symbol"] for row in rows()] == ["S1", "S2"]
    assert set(RefusedRow.objects.values_list("symbol", "reason", "field", "value")) == {
        ("S0", "from_the_future", "fetched_at", moments[0]),
        ("S3", "unreadable", "fetched_at", moments[3]),
    }
    assert "from 1990 to now" in err
    assert sorted(out.splitlines()[-1].removeprefix("refused: ").split(", ")) == [
        "1 from_the_future",
        "1 unreadable",
    ]


def named(report: ImportReport) -> list[str]:
    """The places of what cannot be read, as they are told."""
    return [words.partition("bars.csv ")[2].partition(":")[0] for words in report.unread]


def test_what_cannot_be_read_is_named_in_the_order_of_the_lines(tmp_path: Path) -> None:
    wrong = LINE.replace("10.5", "ten")
    report = bars_import(csv(tmp_path, wrong, f"{LINE},more", LINE, wrong, "2026-03-30,ANNE"))
    assert named(report) == ["line 2, column close", "line 3", "line 5, column close", "line 6"]


@pytest.mark.parametrize("block", [100, 4096])
def test_a_quote_that_is_never_closed_costs_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("universe.bar_table.BLOCK_BYTES", block)
    after = [LINE.replace("ANNE", f"S{number}") for number in range(20)]
    report = bars_import(csv(tmp_path, LINE.replace("file", '"file'), LINE, *after, f'"{LINE}'))
    assert (report.stored.new, named(report)) == (21, ["line 2, column source", "line 24, column session"])


def test_a_line_break_inside_of_quotes_ends_the_line(tmp_path: Path) -> None:
    report = bars_import(csv(tmp_path, LINE.replace("file", '"fi\nle"'), LINE.replace("ANNE", "BEA")))
    assert (report.stored.new, named(report)) == (1, ["line 2", "line 3"])


def test_every_cell_may_have_quotes(tmp_path: Path) -> None:
    line = LINE.replace(",10,", ",,")
    quoted = ",".join(f'"{cell}"' for cell in line.split(","))
    report = bars_import(csv(tmp_path, line, quoted.replace("ANNE", "BEA")))
    (plain, other) = rows()
    assert (report.unread, {**other, "symbol": "ANNE"}) == ((), plain)


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("20:05:00.123456789Z", CAME),
        ("16:05:00.1234567-04:00", CAME),
        ("20:05Z", CAME.replace(microsecond=0)),
    ],
)
def test_a_time_may_be_told_finer_or_coarser_than_it_is_stored(
    tmp_path: Path, moment: str, found: dt.datetime
) -> None:
    bars_import(csv(tmp_path, LINE.replace("20:05:00Z", moment)))
    assert [row["fetched_at"] for row in rows()] == [found]


@pytest.mark.parametrize("session", ["0000-01-01", "99999-01-01", "2026-02-30", "2026-3-30"])
def test_a_date_that_is_none_costs_its_row(tmp_path: Path, session: str) -> None:
    report = bars_import(csv(tmp_path, LINE.replace("2026-03-30,", f"{session},"), LINE))
    assert (report.stored.new, named(report)) == (1, ["line 2, column session"])


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(",", ", "),
        HEAD.replace(",", " ,"),
        f"\ufeff{HEAD}",
        HEAD.replace("low", '"low"'),
        HEAD + "\r",
    ],
)
def test_a_head_may_have_blanks_quotes_and_a_byte_order_mark(tmp_path: Path, head: str) -> None:
    assert bars_import(csv(tmp_path, LINE, head=head)).stored.new == 1


def test_a_head_alone_is_no_bars_with_or_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    for ending in ("", "\n", "\r\n", "\n\n"):
        path.write_bytes((HEAD + ending).encode())
        assert bars_import(path).stored.new == 0


def test_the_rows_of_a_parquet_file_are_named_by_their_number(tmp_path: Path) -> None:
    bars_store([BAR, replace(BAR, symbol="BEA")])
    path = tmp_path / "bars.parquet"
    bars_export(path)
    table = pq.read_table(path)
    closes = pa.array([10.5, None], pa.float64())
    pq.write_table(table.set_column(5, "close", closes), path)
    DailyBar.objects.all().delete()
    report = bars_import(path)
    assert report.unread == (f"{path} row 2, column close: it is empty; it must be a number",)
    assert [row["symbol"] for row in rows()] == ["ANNE"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.replace("close", "last"), "lacks 'close'; has the unknown 'last'"),
        (f"{HEAD},vwap", "has the unknown 'vwap'"),
        (HEAD.replace("low", "high"), "lacks 'low'; has twice 'high'"),
        ("", "lacks 'session'"),
    ],
)
def test_a_wrong_head_changes_nothing(tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(BarFileError, match=words):
        bars_import(csv(tmp_path, LINE, head=head))
    assert rows() == []


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    names = HEAD.split(",")
    cells = dict(zip(names, LINE.split(","), strict=True))
    bars_import(
        csv(tmp_path, ",".join(cells[name] for name in reversed(names)), head=",".join(reversed(names)))
    )
    assert [(row["symbol"], row["close"]) for row in rows()] == [("ANNE", 10.5)]


def test_a_file_that_breaks_off_halfway_changes_nothing(tmp_path: Path) -> None:
    path = csv(tmp_path, *(LINE.replace("ANNE", f"S{number}") for number in range(200_000)))
    path.write_bytes(path.read_bytes() + b"2026-03-30,\xff\xfe,1,1,1,1,1,file,2026-03-30T20:05:00Z\n")
    with pytest.raises(BarFileError, match="cannot be read, and nothing of it was stored"):
        bars_import(path)
    assert rows() == []


def test_a_truncated_parquet_file_changes_nothing(tmp_path: Path) -> None:
    bars_store([BAR])
    path = tmp_path / "bars.parquet"
    bars_export(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BarFileError, match="cannot be read"):
        bars_import(path)


def test_a_parquet_file_may_have_nanoseconds_and_categories(tmp_path: Path) -> None:
    bars_store([BAR, replace(BAR, symbol="BEA")])
    path = tmp_path / "bars.parquet"
    bars_export(path)
    before = rows()
    table = pq.read_table(path)
    for name in ("symbol", "source"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].combine_chunks().dictionary_encode())
    finer = [moment.value + 7 for moment in table["fetched_at"].cast(pa.timestamp("ns", "UTC"))]
    came = pa.array(finer, pa.int64()).cast(pa.timestamp("ns", "UTC"))
    pq.write_table(table.set_column(8, "fetched_at", came), path)
    DailyBar.objects.all().delete()
    assert (bars_import(path).stored.new, rows()) == (2, before)


def test_a_whole_number_that_no_double_holds_costs_its_row(tmp_path: Path) -> None:
    bars_store([BAR, replace(BAR, symbol="BEA")])
    path = tmp_path / "bars.parquet"
    bars_export(path)
    table = pq.read_table(path)
    pq.write_table(table.set_column(6, "volume", pa.array([1000, 2**60 + 1])), path)
    DailyBar.objects.all().delete()
    assert (bars_import(path).stored.new, RefusedRow.objects.get().reason) == (1, "negative_volume")


def test_a_parquet_column_of_another_type_is_refused_as_a_whole(tmp_path: Path) -> None:
    bars_store([BAR])
    path = tmp_path / "bars.parquet"
    bars_export(path)
    table = pq.read_table(path)
    pq.write_table(table.set_column(5, "close", pa.array(["10.5"])), path)
    with pytest.raises(BarFileError, match="close is string, not double"):
        bars_import(path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export_bars", "bars.xlsx"), "end in .csv or .parquet"),
        (("import_bars", "bars.xlsx"), "end in .csv or .parquet"),
        (("import_bars", "missing.csv"), "missing.csv cannot be read"),
        (("export_bars", "/nowhere/at/all/bars.csv"), "cannot be written: No such file"),
        (("export_bars", f"{__file__}/bars.csv"), "cannot be written: Not a directory"),
        (("export_bars", f"{'b' * 300}.csv"), "cannot be written: File name too long"),
        (("export_bars", "a.csv", "--symbols", "ANNE,=1"), "--symbols has '=1'"),
        (("export_bars", "a.csv", "--from", "2026-03-31", "--to", "2026-03-30"), "is after --to"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command(*arguments)


def test_an_export_that_fails_leaves_the_old_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("old")

    def rows_fail(*_: object, **__: object) -> Iterator[Any]:
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr("universe.services.bar_files.bar_rows", rows_fail)
    with pytest.raises(BarFileError, match="No space left"):
        bars_export(path)
    assert ([file.name for file in tmp_path.iterdir()], path.read_text()) == (["bars.csv"], "old")
