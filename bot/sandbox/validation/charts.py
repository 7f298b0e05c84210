"""Limits of tables and charts."""

from math import isfinite
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.mrkdwn import words
from bot.sandbox.validation.composition import Problems, problem, string
from bot.sandbox.validation.rich_text import rich_text

CHARTS = ("pie", "bar", "line", "area")
TABLE_CHARACTERS = 10_000


def table(block: Json, where: str) -> Problems:
    """Check up to 100 rows of 20 cells."""
    yield from _rows(block, where, 1, 100)
    settings = block.get("column_settings", [])
    if not isinstance(settings, list) or len(settings) > 20:
        yield problem(f"{where}/column_settings", "must have at most 20 items")


def data_table(block: Json, where: str) -> Problems:
    """Check a header and up to 100 rows of the same length.

    A caption describes the table for those who do not see it.
    """
    yield from string(block.get("caption"), f"{where}/caption", 3000)
    yield from _rows(block, where, 2, 101)
    rows = block.get("rows")
    rows = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    if len({len(row) for row in rows}) > 1:
        yield problem(f"{where}/rows", "all rows must have the same number of cells")
    if rows and any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in rows[0]):
        yield problem(f"{where}/rows/0", "rich_text is not allowed in the header")
    if not 1 <= block.get("page_size", 5) <= 100:
        yield problem(f"{where}/page_size", "must be between 1 and 100")
    if rows and not 0 <= block.get("row_header_column_index", 0) < len(rows[0]):
        yield problem(f"{where}/row_header_column_index", "names no column")


def _rows(block: Json, where: str, least: int, most: int) -> Problems:
    rows = block.get("rows")
    if not isinstance(rows, list) or not least <= len(rows) <= most:
        yield problem(f"{where}/rows", f"must have {least} to {most} rows")
        return
    for index, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= 20:
            yield problem(f"{where}/rows/{index}", "must have 1 to 20 cells")
            continue
        for column, cell in enumerate(row):
            yield from _cell(cell, f"{where}/rows/{index}/{column}")
    if len(words(rows)) > TABLE_CHARACTERS:
        yield problem(
            f"{where}/rows", f"all cells together must have at most {TABLE_CHARACTERS} characters"
        )


def _cell(cell: Any, where: str) -> Problems:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "rich_text":
        yield from rich_text(cell, where)
    elif kind in ("raw_text", "raw_number"):
        yield from string(cell.get("text"), f"{where}/text", 3000)
        if kind == "raw_number" and not _is_number(cell.get("value")):
            yield problem(f"{where}/value", "must be a number")
    else:
        yield problem(
            where, f"unsupported cell {kind!r}, must be raw_text, raw_number or rich_text"
        )


def data_visualization(block: Json, where: str) -> Problems:
    """Check a pie of segments, or bars, lines or areas over shared categories."""
    yield from string(block.get("title"), f"{where}/title", 50)
    chart = block.get("chart")
    if not isinstance(chart, dict) or chart.get("type") not in CHARTS:
        yield problem(f"{where}/chart", f"must be a chart: {', '.join(CHARTS)}")
    elif chart["type"] == "pie":
        yield from _pie(chart, f"{where}/chart")
    else:
        yield from _series(chart, f"{where}/chart")


def _pie(chart: Json, where: str) -> Problems:
    segments = chart.get("segments")
    if not isinstance(segments, list) or not 1 <= len(segments) <= 12:
        yield problem(f"{where}/segments", "must have 1 to 12 segments")
        return
    for index, segment in enumerate(segments):
        yield from string(segment.get("label"), f"{where}/segments/{index}/label", 20)
        if not _is_number(segment.get("value")) or segment["value"] <= 0:
            yield problem(f"{where}/segments/{index}/value", "must be greater than 0")


def _series(chart: Json, where: str) -> Problems:
    axes = chart.get("axis_config")
    categories = axes.get("categories") if isinstance(axes, dict) else None
    if (
        not isinstance(axes, dict)
        or not isinstance(categories, list)
        or not 1 <= len(categories) <= 20
    ):
        yield problem(f"{where}/axis_config/categories", "must have 1 to 20 categories")
        return
    for index, category in enumerate(categories):
        yield from string(category, f"{where}/axis_config/categories/{index}", 20)
    for key in ("x_label", "y_label"):
        if key in axes:
            yield from string(axes[key], f"{where}/axis_config/{key}", 50)
    series = chart.get("series")
    if not isinstance(series, list) or not 1 <= len(series) <= 12:
        yield problem(f"{where}/series", "must have 1 to 12 series")
        return
    if len({one.get("name") for one in series}) < len(series):
        yield problem(f"{where}/series", "the names of the series must differ")
    for index, one in enumerate(series):
        yield from _points(one, f"{where}/series/{index}", categories)


def _points(series: Json, where: str, categories: list[Any]) -> Problems:
    yield from string(series.get("name"), f"{where}/name", 20)
    data = series.get("data")
    data = data if isinstance(data, list) else []
    if sorted(str(point.get("label")) for point in data) != sorted(map(str, categories)):
        yield problem(f"{where}/data", "must have one point for each category")
    if not all(_is_number(point.get("value")) for point in data):
        yield problem(f"{where}/data", "every value must be a number")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
