"""The kinds of fields that admins can add, and the kinds of the framework that they are."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from models.core.custom import formulas
from models.core.fields import (
    Choice,
    Day,
    Decimal,
    Email,
    Flag,
    Link,
    LongText,
    Moment,
    Money,
    Number,
    Percent,
    Person,
    Phone,
    Reference,
    Text,
)
from models.core.fields.base import Field
from models.core.fields.relations import Relations
from models.core.fields.several import Several
from models.core.fields.synonyms import named
from models.core.parsing import values


class CustomKind(StrEnum):
    """What a field that was added holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    PERSON = "person"
    RELATION = "relation"
    RELATIONS = "relations"
    FORMULA = "formula"
    ROLLUP = "rollup"


KINDS = named(
    text="string,short text,line,words",
    long_text="paragraph,notes,multi-line text,textarea,description",
    number="integer,whole number,count,int",
    decimal="float,real,number with decimals",
    money="amount,currency,price",
    percent="percentage,%,share",
    day="date",
    moment="date and time,datetime,time,date time,timestamp",
    yes_no="checkbox,flag,boolean,bool,yes or no,tick",
    choice="select,dropdown,pick list,picklist,option,one of",
    several="multi-select,several choices,multiple choice,multi select,multiselect,tags,some of",
    email="e-mail,mail,email address",
    phone="telephone,phone number,mobile",
    link="url,website,web address",
    person="user,colleague,people",
    relation="reference,lookup,record,relationship",
    relations="several relations,references,records,many to many",
    formula="computed,calculated,calculation,expression",
    rollup="roll-up,roll up,summary,rollup summary,aggregate",
)
"""Other words for the kinds."""
NAMES = {
    CustomKind.MOMENT.value: "Date and time",
    CustomKind.YES_NO.value: "Yes or no",
    CustomKind.CHOICE.value: "Choice of one",
    CustomKind.SEVERAL.value: "Choice of several",
    CustomKind.EMAIL.value: "E-mail",
    CustomKind.RELATION.value: "Relation to one record",
    CustomKind.RELATIONS.value: "Relation to several records",
    CustomKind.ROLLUP.value: "Roll-up",
}
"""What the kinds are called where their word does not say it."""
INCOMPLETE = "index"
"""What `CustomField.filling` begins with while not all records are in the index."""
COMPUTED = (CustomKind.FORMULA, CustomKind.ROLLUP)
"""The kinds that nobody fills: they are worked out."""
RELATED = (CustomKind.RELATION, CustomKind.RELATIONS)
"""The kinds that name other records, which list what names them by the index."""
PLAIN: Mapping[str, Callable[..., Field]] = {
    CustomKind.TEXT: Text,
    CustomKind.LONG_TEXT: LongText,
    CustomKind.NUMBER: Number,
    CustomKind.DECIMAL: Decimal,
    CustomKind.MONEY: Money,
    CustomKind.PERCENT: Percent,
    CustomKind.DAY: Day,
    CustomKind.MOMENT: Moment,
    CustomKind.YES_NO: Flag,
    CustomKind.EMAIL: Email,
    CustomKind.PHONE: Phone,
    CustomKind.LINK: Link,
    CustomKind.PERSON: Person,
}


def code_of(label: str) -> str:
    """Return what is kept for an option, and what a field is known by: Pre-paid as pre_paid."""
    return "_".join("".join(c if c.isalnum() else " " for c in values.fold(label)).split())[:50]


def kind_of(row: Any, usual: bool = True) -> Field:
    """Return the kind of field that a row of `CustomField` says.

    Args:
        row: The row, or a record.
        usual: Whether the field knows its default.
    """
    filling = (row.filling or "").partition(":")[0]
    more: dict[str, Any] = {
        "required": bool(row.required),
        "search": bool(row.searched),
        "personal": bool(row.personal),
        "unique": bool(row.is_unique and not filling),
        "becoming_unique": bool(row.is_unique and filling),
        "filterable": bool(row.filterable and filling != INCOMPLETE),
        "filling": filling == INCOMPLETE,
        "hint": row.hint or "",
        "form": not row.retired,
        "card": bool(row.on_card) and row.kind != CustomKind.LONG_TEXT,
    }
    if row.kind in (CustomKind.CHOICE, CustomKind.SEVERAL):
        labels = {code_of(label): label for label in (row.options or "").split(", ")}
        options: Any = StrEnum("Options", [(code, code) for code in labels])  # type: ignore[misc]
        if row.kind == CustomKind.SEVERAL:
            more["labels"] = {code: (label, "") for code, label in labels.items()}
        build: Callable[..., Field] = Choice if row.kind == CustomKind.CHOICE else Several
        kind = build(row.name, options=options, names=labels, **more)
    elif row.kind == CustomKind.RELATION:
        more["filterable"] = filling != INCOMPLETE  # the other record lists what names it
        kind = Reference(row.name, to=row.to, back=row.back or "", **more)
    elif row.kind == CustomKind.RELATIONS:
        kind = Relations(row.name, to=row.to, back=row.back or "", **more)
    elif row.kind in COMPUTED:
        kind = computed_kind(row, more)
    else:
        kind = PLAIN[row.kind](row.name, **more)
    return replace(kind, usual=row.default or "") if usual else kind


def computed_kind(row: Any, more: Mapping[str, Any]) -> Field:
    """Return the kind of field that a row says which is worked out."""
    text, is_rollup = row.formula or "", row.kind == CustomKind.ROLLUP
    computed = formulas.rollup_of(text) if is_rollup else formulas.formula_of(text)
    kind = formulas.result_kind(row.result or "text")
    return replace(kind, label=row.name, **{**more, "computed": computed, "readonly": True})
