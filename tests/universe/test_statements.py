"""What a statement reads and writes, told by its words."""

from __future__ import annotations

import pytest

from universe.statements import ALL, tables_read, tables_written

KNOWN = frozenset({"stock", "bar", "sector_sentiment", "run"})


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ('INSERT INTO "stock" ("symbol") SELECT symbol FROM bar', {"stock"}),
        ("insert into public.stock (symbol) values (%s)", {"stock"}),
        ('  UPDATE "bar" SET "close" = %s WHERE "bar"."symbol" IN (SELECT symbol FROM stock)', {"bar"}),
        ("update only bar set close = 1", {"bar"}),
        ('DELETE FROM "run" WHERE "id" = %s', {"run"}),
        ('COPY "bar" ("symbol") FROM STDIN (FORMAT BINARY)', {"bar"}),
        ('COPY "staging_bar" ("symbol") FROM STDIN', set()),
        ("COPY bar TO STDOUT", set()),
        ("/* by hand */ DELETE FROM run", {"run"}),
        ("-- by hand\nDELETE FROM run", {"run"}),
        (
            "WITH gone AS (DELETE FROM run RETURNING id) INSERT INTO stock SELECT id FROM gone",
            {"run", "stock"},
        ),
        ("WITH one AS (SELECT 1) SELECT * FROM run", set()),
        ("SELECT * FROM run", set()),
        ("SELECT drop_chunks('sector_sentiment', interval '90 days')", {"sector_sentiment"}),
        ("SELECT drop_chunks(%s, %s::interval)", {ALL}),
        ("SELECT 1; DELETE FROM run", {"run"}),
        ("INSERT INTO stock VALUES (1); DELETE FROM run", {"run", "stock"}),
        ("MERGE INTO stock USING bar ON true WHEN MATCHED THEN DELETE", {"stock", "bar"}),
        ("TRUNCATE stock, bar", {"stock", "bar"}),
        ("TRUNCATE stock CASCADE", {ALL}),
        ("CALL refresh_everything()", {ALL}),
        ("DO $$ BEGIN DELETE FROM run; END $$", {ALL}),
        ('ALTER TABLE "run" ADD COLUMN a int', {"run"}),
        ("SAVEPOINT s1", set()),
        ("LOCK TABLE run IN ACCESS EXCLUSIVE MODE", set()),
        ('INSERT INTO "elsewhere" VALUES (1)', set()),
        ("UPDATE STOCK SET a = 1", {"stock"}),
        ("TRUNCATE Stock", {"stock"}),
        ("EXPLAIN ANALYZE UPDATE stock SET a = 1", {ALL}),
        ("EXPLAIN UPDATE stock SET a = 1", set()),
        ("SELECT stocks_renew()", {ALL}),
        ("SELECT pg_advisory_xact_lock(1)", set()),
        ("EXECUTE renew(1)", {ALL}),
        ("COMMIT", {ALL}),
        ("UPDATE other_schema.stock SET a = 1", {"stock"}),
        ("UPDATE ONLY (stock) SET a = 1", {"stock"}),
        ("DROP TABLE elsewhere CASCADE", {ALL}),
        ("DROP TABLE IF EXISTS staging", set()),
        ("SELECT decompress_chunk(%s)", {ALL}),
        ("COPY stock FROM STDIN WITH (NULL ') TO STDOUT')", {"stock"}),
        (f"/* {'long ' * 100} */ UPDATE stock SET a = 1", {"stock"}),
        ("MERGE INTO elsewhere USING other ON true WHEN MATCHED THEN DELETE", {ALL}),
        ("SELECT count(*), lower(a) FROM stock WHERE at > %(at)s AND (b OR c IN (1, 2))", set()),
        ("COPY (DELETE FROM run RETURNING id) TO STDOUT", {"run"}),
        ("COPY (SELECT id FROM run) TO STDOUT", set()),
        ('DELETE FROM ONLY"stock"', {"stock"}),
        ("SELECT '--', stocks_renew()", {ALL}),
    ],
)
def test_a_statement_writes_what_it_names_as_its_target(sql: str, written: set[str]) -> None:
    assert tables_written(sql, KNOWN) == written


def test_a_statement_of_many_rows_is_understood_like_a_short_one() -> None:
    rows = ", ".join(["(%s)"] * 20_000)
    assert tables_written(f"INSERT INTO stock VALUES {rows}", KNOWN) == {"stock"}


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ('SELECT "stock"."symbol" FROM "stock" INNER JOIN "bar" ON (true)', {"stock", "bar"}),
        ("SELECT count(*) FROM (SELECT DISTINCT symbol FROM run) inner_", {"run"}),
        (
            "WITH newest AS (SELECT max(session) FROM bar) SELECT * FROM newest JOIN stock ON true",
            {"stock", "bar"},
        ),
        ("SELECT * FROM unnest(%s::text[]) AS wanted(symbol) JOIN bar USING (symbol)", {"bar"}),
        ("SELECT extract(hour FROM at) FROM run", {"run"}),
        ("SELECT * FROM run WHERE a IS DISTINCT FROM b", {"run"}),
        (
            "WITH a (x, y) AS (SELECT 1, 2 FROM run) SELECT lower(x), y FROM a JOIN bar USING (x, y)",
            {"run", "bar"},
        ),
        ("SELECT a, b FROM ((SELECT a, b FROM run) UNION (SELECT a, b FROM bar)) both_", {"run", "bar"}),
        ("SELECT a, '(' FROM /* by hand */ Run WHERE b = $$ ' $$ AND c = E'\\'('", {"run"}),
        ("SELECT * FROM run WHERE a IS DISTINCT\nFROM b", {"run"}),
        ("SELECT trim(a), b FROM run WHERE c = %(c)s AND (d = ANY(%(d)s)) ORDER BY a, b", {"run"}),
        ("SELECT * FROM run CROSS JOIN LATERAL (SELECT close FROM bar) quote", {"run", "bar"}),
    ],
)
def test_the_answer_of_a_query_is_decided_by_every_table_it_names(sql: str, read: set[str]) -> None:
    assert tables_read(sql, KNOWN) == read


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT * FROM run WHERE at > now()",
        "SELECT * FROM run WHERE day = CURRENT_DATE",
        "SELECT random() FROM run",
        "SELECT * FROM run FOR UPDATE",
        "SELECT 1 FROM run, hourly_view",
        'SELECT 1 FROM "run" AS r, hourly_view',
        "SELECT * FROM run FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT pg_advisory_xact_lock(1) FROM run",
        "SELECT * FROM hourly_view JOIN run ON true",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM run_totals(3), run",
        "SELECT * FROM information_schema.tables JOIN run ON true",
        'SELECT "user"."password" FROM "run"',
        "WITH gone AS (DELETE FROM run RETURNING id) SELECT * FROM gone",
        "SELECT 1 FROM run; SELECT 2 FROM run",
        "UPDATE run SET a = 1 RETURNING id",
        "EXPLAIN SELECT * FROM run",
        "SELECT * FROM (hourly_view CROSS JOIN run)",
        "SELECT * FROM run JOIN bar ON run.a = bar.a, hourly_view",
        "SELECT * FROM run UNION TABLE hourly_view",
        "SELECT * FROM ((SELECT 1 FROM run) a CROSS JOIN (hourly_view CROSS JOIN run))",
        "SELECT * FROM ((hourly_view CROSS JOIN run))",
        "SELECT my_f(a) FROM run",
        'SELECT "my_f"(a) FROM run',
        "SELECT other.lower(a) FROM run",
        "SELECT uuidv7() FROM run",
        "SELECT age(a) FROM run",
        "SELECT * FROM run WHERE day = 'today'",
        "SELECT current_role FROM run",
        "SELECT * FROM run WHERE owner = user",
        'SELECT * FROM "hourly view" JOIN run ON true',
        'SELECT * FROM run JOIN"hourly_view" ON true',
        "SELECT * FROM /* all */ hourly_view JOIN run ON true",
        "SELECT * FROM--all\nhourly_view JOIN run ON true",
        "SELECT * FROM run WHERE a = '--' AND b = my_f(c)",
        "SELECT $$ ' $$, my_f(a), $$ ' $$ FROM run",
        "SELECT E'\\'', my_f(a), E'\\'' FROM run",
    ],
)
def test_what_may_differ_without_a_write_or_is_secret_is_not_to_be_kept(sql: str) -> None:
    assert tables_read(sql, KNOWN) is None
