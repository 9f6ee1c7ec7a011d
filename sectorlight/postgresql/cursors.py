"""Cursors that note what a statement writes, and ask the open page before they ask PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.backends.postgresql.base import CursorDebugWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql as composed
from psycopg.types.json import Json, Jsonb

from universe.generations import tables_known
from universe.page_reads import Answer, Page, Question, page_open, question_of
from universe.statements import tables_written


class _Answered:
    """A cursor whose rows are there already."""

    def __init__(self, answer: Answer) -> None:
        self._rows = iter(answer.rows)
        self.rowcount = len(answer.rows)
        self.description = [(name, None, None, None, None, None, None) for name in answer.columns]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)


class _Noting(CursorWrapper):
    def __init__(self, cursor: Any, db: Any) -> None:
        super().__init__(cursor, db)
        self._own = cursor

    def close(self) -> None:
        self._own.close()

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.cursor = self._own
        text = self._text(sql)
        self.db.noticed(text)
        page = page_open() if self.db.autocommit and not self._is_named() else None
        question = question_of(text, params, _unwrapped) if page else None
        if page and question:
            return self._asked(page, question, sql, params)
        with self._writing(text):
            return self._sent(sql, params)

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.cursor = self._own
        with self._writing(self._text(sql)):
            return super().executemany(sql, param_list)

    @contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.cursor = self._own
        with self._writing(self._text(statement)), self._own.copy(statement, *args, **kwargs) as copying:
            yield copying

    def _asked(self, page: Page, question: Question, sql: Any, params: Any) -> Any:
        answer = page.answer(question)
        if answer is None:
            self._sent(sql, params)
            answer = Answer(tuple(column.name for column in self._own.description), self.fetchall())
            page.learned(question, answer)
        self.cursor = _Answered(answer)
        return self

    def _sent(self, sql: Any, params: Any) -> Any:
        self.db.answered_at = None
        result = super().execute(sql, params)
        self.db.answered_at = time.monotonic()
        return result

    @contextmanager
    def _writing(self, text: str) -> Iterator[None]:
        tables = tables_written(text, tables_known())
        if tables and (page := page_open()):
            page.wrote(tables)
        with self.db.writing(tables):
            yield

    def _text(self, sql: Any) -> str:
        return sql.as_string(self._own) if isinstance(sql, composed.Composable) else str(sql)

    def _is_named(self) -> bool:
        """A cursor that PostgreSQL keeps open gives its rows one by one."""
        return isinstance(self._own, psycopg.ServerCursor)


class NotingCursor(_Noting):
    pass


class NotingDebugCursor(_Noting, CursorDebugWrapper):
    """What a page already has is no query, and not logged as one."""


def _unwrapped(value: Any) -> Any:
    return value.obj if isinstance(value, Json | Jsonb) else value
