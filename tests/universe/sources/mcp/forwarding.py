"""An MCP server that asks a REST address and answers in flat CSV, as the vendor's own does. A program."""

from __future__ import annotations

import csv
import io
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from mcp.server.mcpserver import MCPServer

BASE = os.environ["MASSIVE_API_BASE_URL"]
KEY = os.environ["MASSIVE_API_KEY"]
app = MCPServer("Forwarding")


def _flat(row: dict[str, Any], front: str = "") -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= _flat(value, f"{front}{name}_")
        else:
            cells[front + name] = str(value) if isinstance(value, list) else value
    return cells


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    for name in ("status", "request_id", "queryCount", "resultsCount", "count"):
        body.pop(name, None)
    if "results" in body:
        return body["results"] if isinstance(body["results"], list) else [body["results"]]
    return body["tickers"] if body.get("tickers") else [body]


def _csv(rows: list[dict[str, Any]]) -> str:
    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue()


def _hint(link: str) -> str:
    parts = urllib.parse.urlparse(link)
    params = json.dumps(dict(urllib.parse.parse_qsl(parts.query)))
    return f'\n\nNext page available. To fetch, call call_api with path="{parts.path}" and params={params}'


@app.tool()
def call_api(path: str, params: dict[str, Any] | None = None) -> str:
    query = urllib.parse.urlencode(params or {})
    request = urllib.request.Request(f"{BASE}{path}?{query}", headers={"Authorization": f"Bearer {KEY}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return f"Error [HTTP]: HTTP {error.code} — {error.read().decode()}"
    link = body.get("next_url", "")
    body.pop("next_url", None)
    rows = _rows(body)
    text = _csv(rows) if rows else ""
    if not text.strip():
        return "Warning [EMPTY]: API returned 0 records."
    return text + (_hint(link) if link else "")


@app.tool()
def search_endpoints(query: str) -> str:
    return query


@app.tool()
def query_data(sql: str) -> str:
    return sql


if __name__ == "__main__":
    app.run(transport="stdio")
