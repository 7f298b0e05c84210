"""SQL that both databases understand, each in its own way."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.core.parsing.texts import STROKES, TYPOGRAPHY


class folded(FunctionElement[str]):  # noqa: N801  named as SQL functions are
    """A text without case and accents, to compare with what `values.fold` makes of a typed one."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def on_sqlite(element: folded, compiler: Any, **options: Any) -> str:
    """Return a call of `fold`, which is `values.fold` itself.

    `models.core.db.engine` lends it to every connection.
    """
    return f"fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def on_postgresql(element: folded, compiler: Any, **options: Any) -> str:
    # Sort keys compare by bytes; under their collation only ASCII has a lower case.
    plain = f'({compiler.process(element.clauses, **options)}) COLLATE "default"'
    signs, keys = (
        each.replace("'", "''") for each in ("".join(TYPOGRAPHY), "".join(TYPOGRAPHY.values()))
    )
    text = f"lower(normalize(translate({plain}, '{signs}', '{keys}'), NFKD))"
    for letter, without in (STROKES | {ord("ß"): "ss"}).items():
        text = f"replace({text}, '{chr(letter)}', '{without}')"
    text = f"regexp_replace({text}, '[\u0300-\u036f]', '', 'g')"
    on_keyboard = f"replace(lower({plain}), '`', '''')"
    return f"CASE WHEN octet_length({plain}) = length({plain}) THEN {on_keyboard} ELSE {text} END"  # most are ASCII


class month_of(FunctionElement[str]):  # noqa: N801  named as SQL functions are
    """The month of a moment in UTC, as a text such as 2026-03."""

    type = String()
    inherit_cache = True


@compiles(month_of, "sqlite")
def month_on_sqlite(element: month_of, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 7)"


@compiles(month_of, "postgresql")
def month_on_postgresql(element: month_of, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM')"
