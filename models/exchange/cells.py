"""Read the cells of a row into values for its fields, and say why a cell cannot be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from models.core.entity.base import Entity
from models.core.entity.readonly import why_readonly
from models.core.fields import (
    Choice,
    Country,
    Currency,
    Day,
    Domain,
    Flag,
    Moment,
    Money,
    Number,
    Phone,
    Tags,
    Zone,
)
from models.core.fields.base import Field, around
from models.core.parsing import values
from models.exchange.mapping import CREATED_AT
from models.exchange.prefetch import PrefetchingUnitOfWork

SETTLED = (Choice, Country, Currency, Day, Domain, Flag, Moment, Number, Tags, Zone)
"""Kinds that read the same text in the same way in every row, so that it is read only once."""
MORNING = time(9)
"""When something is due, or was done, if a file gives only the day."""
PLAIN = re.compile(r"\d+(?:\.\d\d?)?", re.ASCII)
TO_THE_CENT = "EUR"
MOST = 5_000
"""The number of texts that are remembered."""
Errors = dict[str, str]


@dataclass
class Reader:
    """Reads the cells of one file and remembers what it has read.

    A file repeats the same few words again and again.
    """

    entity: type[Entity]
    read_before: dict[tuple[str, str], tuple[dict[str, Any], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds: dict[str, Field] = {**self.entity.fields(), CREATED_AT: Moment("Created")}
        self.readonly = {name for name, kind in self.kinds.items() if kind.readonly}
        self.settled = {name for name, kind in self.kinds.items() if isinstance(kind, SETTLED)}
        self.late = {name for name, kind in self.kinds.items() if kind.beside}
        """Fields that are read after the field beside them."""
        self.country = next(
            (name for name, kind in self.kinds.items() if isinstance(kind, Country)), ""
        )

    def read(
        self, texts: Mapping[str, str], desk: PrefetchingUnitOfWork, record: Entity | None = None
    ) -> tuple[dict[str, Any], Errors]:
        """Return the values by field, and for each text that cannot be read the reason.

        Args:
            texts: The cells of a row by field.
            desk: The unit of work.
            record: The record that the row is about, where it exists.
        """
        found: dict[str, Any] = {}
        errors: Errors = {}
        for name in sorted(texts, key=self.late.__contains__) if self.late else texts:
            kind, text = self.kinds.get(name), texts[name]
            if kind is None:
                continue
            got, why = (
                self.remembered(name, text, desk)
                if name in self.settled
                else self.cell(kind, name, texts, desk, around(kind, found, record))
            )
            if not why and self.readonly and (kept := self.readonly & got.keys()):
                why = why_readonly(self.entity, min(kept))
            if why:
                errors[name] = why
            else:
                found.update(got)
        return found, errors

    def remembered(
        self, name: str, text: str, desk: PrefetchingUnitOfWork
    ) -> tuple[dict[str, Any], str]:
        key = name, text
        if key not in self.read_before:
            if len(self.read_before) >= MOST:
                self.read_before.clear()
            self.read_before[key] = self.cell(self.kinds[name], name, {name: text}, desk)
        return self.read_before[key]

    def cell(
        self,
        kind: Field,
        name: str,
        texts: Mapping[str, str],
        desk: PrefetchingUnitOfWork,
        there: Any = None,
    ) -> tuple[dict[str, Any], str]:
        """Return the values that a cell sets, and the reason where it sets none."""
        try:
            if isinstance(kind, Phone):
                return {name: self.phone(texts[name], texts, desk)}, ""
            if isinstance(kind, Money) and kind.currency in texts:
                return {name: self.money(texts[name], texts[kind.currency])}, ""
            if isinstance(kind, Day):
                return {name: values.read_written_day(texts[name])}, ""
            if isinstance(kind, Moment):
                zone, at = ZoneInfo(desk.workspace.zone), time() if name == CREATED_AT else MORNING
                return {name: values.read_written_moment(texts[name], zone, at=at)}, ""
            return kind.assign(name, texts[name], desk, there), ""
        except ValueError as error:
            return {}, str(error)

    def phone(self, text: str, texts: Mapping[str, str], desk: PrefetchingUnitOfWork) -> str:
        """Return a phone number, read with the row's own country or else with the workspace's.

        The country says what a number without a country code means.
        """
        if self.country not in texts:
            return values.read_phone_cell(text, desk.region)
        own, why = self.remembered(self.country, texts[self.country], desk)
        return (
            values.read_phone(text, "")
            if why
            else values.read_phone_cell(text, own[self.country], own=True)
        )

    def money(self, text: str, currency: str) -> Any:
        """Return an amount, read with the currency of its row, which says what its sign means."""
        given = values.read_currency(currency)
        if PLAIN.fullmatch(text):  # to the cent, as our own exports write it
            return values.read_amount(text, TO_THE_CENT)[0]
        return values.read_amount(text, given, given=given)[0]
