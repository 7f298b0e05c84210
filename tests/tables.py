"""Tables of inputs: one test tries all of their rows, and names every one that is wrong."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

WRONG = (Exception, pytest.fail.Exception)


def table(
    names: str | tuple[str, ...], rows: Iterable[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """One test for all rows, where `pytest.mark.parametrize` makes one for each: for what leaves
    nothing behind.

    names: of what a row holds. What else the test asks for serves all rows.
    """
    words = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    each = [dict(zip(words, row if len(words) > 1 else (row,), strict=True)) for row in rows]
    assert each, "there is nothing to try"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @wraps(test)
        def every(**given: Any) -> None:
            wrong = [said for row in each if (said := what_is_wrong(test, given, row))]
            if wrong:
                pytest.fail(
                    f"{len(wrong)} of {len(each)} rows are wrong:\n" + "\n".join(wrong),
                    pytrace=False,
                )

        asked = [parameter for name, parameter in signature.parameters.items() if name not in words]
        every.__signature__ = signature.replace(parameters=asked)  # type: ignore[attr-defined]
        return every

    return decorate


def what_is_wrong(test: Callable[..., None], given: dict[str, Any], row: dict[str, Any]) -> str:
    """The row, with what its test says against it and where; nothing where it is right."""
    try:
        test(**given, **row)
    except WRONG as error:
        place = error.__traceback__ and error.__traceback__.tb_next
        line = f"line {place.tb_lineno}" if place else ""
        return f"{str(row)[:300]}\n    {line}: {type(error).__name__}: {error}"
    return ""
