"""What a field that is worked out takes: a formula that is understood, and sources that stay."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.custom import formulas
from models.core.custom.formulas import Key, Kinds, Said
from models.core.custom.kinds import COMPUTED, CustomKind, kind_of
from models.core.entity.base import ENTITIES, Changes
from models.core.errors import Conflict, Invalid
from models.core.fields import Number
from models.core.fields.base import Field
from models.core.formula.tokens import FormulaError
from models.core.parsing.texts import enumerated
from models.core.permissions import policy

Rows = Mapping[Key, Any]
"""The fields that were added, as records, by entity and field."""
STAYS = "A formula cannot change from {} to {}: what is kept would not fit. Add another field."


def rows_now(work: Context, row: Any) -> dict[Key, Any]:
    """Return the fields that are there now, among them what this unit of work made or changed."""
    with work.session.no_autoflush, policy.beyond(work.session):
        found = [*work.session.scalars(select(type(row)).order_by(type(row).id))]
    found += [each for each in work.session.new if type(each) is type(row) and each.slot]
    return {(each.about, each.slot): each for each in found if each.deleted_at is None}


def kinds_now(rows: Rows) -> Kinds:
    """Return the fields of all entities."""
    found: dict[str, dict[str, Field]] = {s: dict(e.built_in()) for s, e in ENTITIES.items()}
    for (about, slot), row in rows.items():
        unknown = row.kind in COMPUTED and not row.result
        found[about][slot] = Number(row.name) if unknown else kind_of(row)
    return found


def understand(work: Context, row: Any, changes: Changes) -> None:
    """Check a formula that is new or was changed, and keep it with what it amounts to.

    Raises:
        Invalid: says what is wrong with it, and at which word.
    """
    if row.kind not in COMPUTED or not changes.keys() & {"formula", "kind", "deleted_at"}:
        return
    rows = {**rows_now(work, row), (row.about, row.slot): row}
    kinds = kinds_now(rows)
    try:
        said = read(row, kinds)
        formulas.must_be_known(work, said, rows)
        must_go_in_no_circle(row, said, rows, kinds)
    except FormulaError as error:
        raise Invalid({"formula": str(error)}) from None
    if row.id is not None and row.result not in (None, "", said.result):
        before, after = (formulas.result_name(each) for each in (row.result, said.result))
        raise Invalid({"formula": STAYS.format(before, after)})
    row.formula, row.result = said.text, said.result
    row.personal = row.personal or any(
        kinds[about][name].personal for about, name in said.sources if name in kinds[about]
    )


def read(row: Any, kinds: Kinds) -> Said:
    """Return what the formula of a field says."""
    reads = formulas.rollup_said if row.kind == CustomKind.ROLLUP else formulas.formula_said
    return reads(row.formula or "", row.about, kinds)


def sources_of(row: Any) -> set[Key]:
    """Return the fields from which another one is worked out."""
    return formulas.sources_of(row.formula or "", row.about, row.kind == CustomKind.ROLLUP)


def must_go_in_no_circle(row: Any, said: Said, rows: Rows, kinds: Kinds) -> None:
    """Raise FormulaError where a field would be worked out from itself."""
    uses = {key: sources_of(each) for key, each in rows.items() if each.kind in COMPUTED}
    if way := formulas.circle((row.about, row.slot), said, uses):
        labels = " → ".join(kinds[about][name].label for about, name in way)
        raise FormulaError(f"{row.name} would be worked out from itself: {labels}.")


def must_be_unused(work: Context, row: Any) -> None:
    """Raise Conflict where other fields are worked out from one that is deleted."""
    rows = rows_now(work, row)
    key = (row.about, row.slot)
    uses = [each for each in rows.values() if each.kind in COMPUTED and key in sources_of(each)]
    if uses:
        names = enumerated([f"{each.ref} {each.name}" for each in uses])
        those, them = ("them", "are") if len(uses) > 1 else ("it", "is")
        raise Conflict(
            f"{names} {them} worked out from {row.name}. Change or delete {those} first."
        )
